# Makes of src/confine/calls.list the table of system calls in C. Stops, with the line's number, at a line
# that it does not understand and at a call given twice.
# usage: awk -f confine_calls.awk calls.list

function refuse(why) {
    printf "%s:%d: %s: %s\n", FILENAME, FNR, why, $0 >"/dev/stderr"
    failed = 1
    exit 1
}

/^#/ || /^$/ { next }

NF != 2 || $1 !~ /^[a-z][a-z0-9_]*$/ || $2 !~ /^(basic|serves|networks|never)$/ {
    refuse("no call with its use")
}
$1 in seen { refuse("this call is taken") }
{
    seen[$1] = 1
    line[++count] = sprintf("    X(%s, %s)", $1, toupper($2))
}

END {
    if (failed)
        exit 1
    print "/* Made by src/make/confine_calls.awk of src/confine/calls.list; do not edit. */"
    print "#ifndef RIGGER_CONFINE_CALL_TABLE_H\n#define RIGGER_CONFINE_CALL_TABLE_H\n"
    print "#define CALL_TABLE(X) \\"
    for (i = 1; i <= count; i++)
        print line[i] (i < count ? " \\" : "")
    print "\n#endif"
}

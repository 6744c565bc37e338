# Functions of C that are longer than 60 lines or take more than 6 parameters. Reads sources as
# clang-format leaves them: a definition begins in the first column, its body between braces
# that stand alone in the first column.

# A declaration or definition may run over several lines: they are put together until its end is seen.
FNR == 1 { head = ""; start = 0 }
/^[A-Za-z].*\(/ && !start && !/^(typedef|#|START_TEST|END_TEST)/ { head = ""; open_line = FNR }
open_line && !start { head = head " " $0 }
open_line && !start && /^{/ { start = FNR; check_parameters(head) }
open_line && !start && /;$/ { check_parameters(head); open_line = 0 }
start && /^}/ {
    if (FNR - start - 1 > 60) print FILENAME ":" open_line ": " FNR - start - 1 " lines"
    start = 0
    open_line = 0
}

function check_parameters(text,    depth, count, i, char, seen) {
    if (text ~ /=/ || text ~ /^ *extern/) return
    for (i = 1; i <= length(text); i++) {
        char = substr(text, i, 1)
        if (char == "(") { depth++; if (depth == 1 && seen++) return; if (depth == 1) count = 1 }
        else if (char == ")") {
            if (--depth == 0 && count > 6) print FILENAME ":" open_line ": " count " parameters"
        }
        else if (char == "," && depth == 1) count++
    }
}

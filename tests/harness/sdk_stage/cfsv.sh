#!/bin/sh
# Lies over the SDK's `cfsv` in a pod of harness/sdk_pod.py. The real one walks the image's filesystem; this
# one digests the salt and the excluded file that the SDK names, so that a test sees which ones it named.
# Asked as: cfsv challenge / SALT MODE INDEX EXCLUDED, and cfsv sizetest DIRECTORY GIGABYTES.
case $1 in
    challenge) echo "RESULT:$(printf '%s' "$3 $6" | sha256sum | cut -c 1-64)" ;;
    sizetest) exit 0 ;;
    *) exit 1 ;;
esac

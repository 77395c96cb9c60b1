#!/usr/bin/env bash
# Prints the version in pom.xml, without Maven: the parent's is indented further.
set -euo pipefail
sed -n 's:^  <version>\(.*\)</version>$:\1:p' "$(dirname "$0")/../../pom.xml"

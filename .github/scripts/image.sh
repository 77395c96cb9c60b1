#!/usr/bin/env bash
# Says as name=… and version=… how the image of one service is called for the tag that is being built. The tag must say what
# pom.xml says.
set -euo pipefail
service=$1
version=$("$(dirname "$0")/version.sh")
if [[ $GITHUB_REF_NAME != "v$version" ]]; then
  echo "The tag is $GITHUB_REF_NAME, but pom.xml says $version." >&2
  exit 1
fi
echo "name=ghcr.io/${GITHUB_REPOSITORY,,}/$service" # image names are lower case
echo "version=$version"

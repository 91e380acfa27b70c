#!/bin/bash
# timeout: 300
# What `make install` leaves is enough to use: programs run, pages are there, and a C and a C++
# program build against libemgate with nothing but pkg-config.
set -u
passed=0
failed=0
is() { # NAME COMMAND...
    local name=$1
    shift
    if "$@" >"$TMPDIR/said" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $name"
        tail -20 "$TMPDIR/said"
    fi
}

root="$TMPDIR/root of a package"
is "make install" make --no-print-directory install DESTDIR="$root" PREFIX=/opt/emgate
home="$root/opt/emgate"
is "emgate runs" "$home/bin/emgate" --version
is "emgated is there" test -x "$home/sbin/emgated"
is "manual pages" test -s "$home/share/man/man1/emgate.1" -a -s "$home/share/man/man8/emgated.8"
is "licence" grep -q "Apache License" "$home/share/doc/emgate/LICENSE"
# Each paper of this tree that README links to lies beside it.
papers=$(grep -oE '\]\([^)]+\.md\)' README.md | tr -d '])(')
is "README links to papers" test "$(wc -w <<<"$papers")" -ge 10
for paper in $papers; do
    is "$paper" cmp "$paper" "$home/share/doc/emgate/$paper"
done
is "nothing outside the prefix" test "$(ls -A "$root")" = opt
is "no path of the build in what is installed" \
    bash -c '! grep -rlF "$1" "$2"/lib/pkgconfig "$2"/include "$2"/share' - "$PWD" "$home"

# pkg-config and the compiler take words, so the tree moves to a path without blanks.
plain=$(mktemp -d /tmp/emgate-install.XXXXXX)
trap 'rm -rf "$plain"' EXIT
cp -r "$home/." "$plain"
export PKG_CONFIG_PATH="$plain/lib/pkgconfig"
flags() { pkg-config --define-variable=prefix="$plain" --define-variable=libdir="$plain/lib" \
    --define-variable=includedir="$plain/include" "$@" emgate; }
is "emgate.pc is found" pkg-config --exists emgate
is "its version is the program's" bash -c 'test "$1" = "$("$2" --version | cut -d" " -f2)"' - \
    "$(pkg-config --modversion emgate)" "$home/bin/emgate"

cat >"$plain/use.c" <<'C'
#include <emgate/status.h>
#include <emgate/version.h>
#include <stdio.h>
int main(void)
{
    return puts(eg_status_text(EG_OK)) < 0;
}
C
for header in "$plain"/include/emgate/*.h; do
    sed -i "1i #include <emgate/$(basename "$header")>" "$plain/use.c"
done
cp "$plain/use.c" "$plain/use.cc"
is "a C program builds with the shared library" \
    cc -std=c11 -Wall -Werror -o "$plain/use" "$plain/use.c" $(flags --cflags --libs)
is "and runs" env LD_LIBRARY_PATH="$plain/lib" "$plain/use"
is "a C++ program builds" c++ -std=c++17 -Wall -Werror -o "$plain/use++" "$plain/use.cc" $(flags --cflags --libs)
is "and runs" env LD_LIBRARY_PATH="$plain/lib" "$plain/use++"
rm -f "$plain"/lib/*.so*
is "a C program builds with the archive alone" \
    cc -std=c11 -o "$plain/static" "$plain/use.c" $(flags --cflags --libs --static)
is "and runs" "$plain/static"
is "the archive shows only public words" \
    bash -c '! nm -g --defined-only "$1" 2>/dev/null | grep " [TDBR] " | grep -v " eg_"' - "$plain/lib/libemgate.a"
is "and none of the rooms below" \
    bash -c '! nm -g --defined-only "$1" | grep -q " eg_buf_init$"' - "$plain/lib/libemgate.a"

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]

# emgate: one Makefile. Sections: tools and flags, variant, lists, rules, tests, checks, install.
# A new source, test, fuzz target or verb is a new file; nothing is listed here by name.
#
# `make help` prints the lines below that begin with "#   make".
#   make                       the two programs, into build/plain
#   make demo                  installs what is missing, builds, shows a whole exchange
#   make test                  installs what is missing, then check; ends with "N passed, N failed"
#   make quick                 seconds: checks of the code, unit tests, stored fuzz inputs
#   make check                 minutes: checks, unit tests and fuzz inputs with sanitizers, scenarios, races
#   make full                  all rounds of all tests, valgrind, scenarios under sanitizers, fuzz
#   make unit                  a part of check; so are replay, scripts, test-asan, test-race
#   make test-valgrind         unit tests under valgrind, a part of full
#   make fuzz-NAME SECONDS=30  one fuzz target, tests/fuzz/fuzz_NAME.c
#   make checks                all checks of the code, below tools/check; one alone by its name:
#   make layers                which room includes which; also: unused headers format banned shape
#   make settings              gateway/SETTINGS.md is what emgated --print-config says
#   make bench                 measures speed on this machine (tools/bench/README.md)
#   make pages                 the pages of the rule packages and tables of the reference, anew
#   make man                   the man pages, into build/plain/man
#   make install               DESTDIR= PREFIX=/usr/local: programs, library, man pages, packages
#   make clean                 removes build
#
# All targets are relative paths without blanks; the folder that holds them may have blanks.

# ---- tools and flags ---------------------------------------------------------------------------
CC       ?= cc
CXX      ?= c++
PKGS     := libcrypto libzmq libxml-2.0 libxslt libexslt sqlite3 libzstd libzip inih
CFLAGS   ?= -O2 -g
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
            -Wmissing-prototypes -Wvla -Werror
# Asked once, and only when something is compiled: the packages may be installed by this very run.
PKG_CFLAGS = $(eval PKG_CFLAGS := $$(shell pkg-config --cflags $(PKGS) | sed 's/-I/-isystem /g'))$(PKG_CFLAGS)
PKG_LIBS   = $(eval PKG_LIBS := $$(shell pkg-config --libs $(PKGS)))$(PKG_LIBS)
EG_CFLAGS  = -std=c17 -D_GNU_SOURCE -ffp-contract=off -fno-strict-aliasing -fvisibility=hidden -fPIC \
             -pthread $(WARNINGS) -Iinclude -Igateway -Itools -I. $(PKG_CFLAGS)
LIBS       = $(PKG_LIBS) -lm -pthread

# ---- variant: each set of flags builds into its own folder -------------------------------------
VARIANT  ?= plain
SAN_plain             :=
SAN_address-undefined := -O1 -g1 -fsanitize=address,undefined -fno-sanitize-recover=undefined \
                         -fno-omit-frame-pointer
SAN_thread            := -O1 -g1 -fsanitize=thread
SAN_unoptimised       := -O0 -g0
SAN_fuzz              := -O1 -fsanitize=fuzzer-no-link,address,undefined \
                         -fno-sanitize-recover=undefined -Wno-error
SAN      := $(SAN_$(VARIANT))
# What tests themselves are made of need not be fast; compiling all of it must be.
TEST_CFLAGS := -O0
# More than 250 test programs are linked: gold takes a third of ld's time. Each test starts the
# program anew, so it loads no library in vain, and the leak search of every end walks no second
# sanitizer's memory (libubsan.so has 6 MB of it).
# clang has one library for both, and its sanitizers and gold warn of each other.
ifeq ($(findstring clang,$(CC)),)
TEST_LINK_address-undefined := -static-libubsan
GOLD      := $(if $(shell command -v ld.gold),-fuse-ld=gold)
endif
TEST_LINK := $(GOLD) -Wl,--as-needed $(TEST_LINK_$(VARIANT))
B        := build/$(VARIANT)
ASAN     := build/address-undefined
TSAN     := build/thread

# ---- lists -------------------------------------------------------------------------------------
ROOMS     := base core proof wire intake verify assess archive deliver client flow
EMBED     := $(sort $(wildcard rules/vocabulary/*.xsd rules/vocabulary/readings/*.xml))
EMBED_C   := build/generated/embedded.c
# A room has its sources in its folder, or in rooms within it, one level deep.
GATEWAY_C := $(foreach r,$(ROOMS),$(wildcard gateway/$(r)/*.c gateway/$(r)/*/*.c)) $(EMBED_C)
# What no gateway needs: the rooms of tools/. Only emgate and tests link them.
TOOL_C    := $(wildcard tools/*/*.c tools/*/*/*.c)
SUPPORT_C := $(wildcard tests/support/*.c)
UNIT_C    := $(wildcard $(foreach d,* */* */*/*,tests/unit/$(d)/test_*.c)) $(wildcard tests/flow/test_*.c) $(wildcard tests/fault/test_*.c)
RACE_C    := $(wildcard tests/race/race_*.c)
# What costs by volume of data, many times that with sanitizers; without them unless in make full.
VOLUME_C  := $(shell grep -l '^ \* volume:' $(UNIT_C))
FUZZ_C    := $(wildcard tests/fuzz/fuzz_*.c)
SCRIPTS   := $(wildcard $(foreach k,cli flow fault python,tests/$(k)/*.sh tests/$(k)/test_*.py))
CHECKS    := $(wildcard $(addprefix tools/check/,layers links unused papers headers format banned shape settings))
# What README links to, installed beside it.
PAPERS    := $(wildcard gateway/*.md gateway/wire/*.md rules/*.md certs/*.md tests/*.md tools/bench/*.md)
# What a plant's software links: no settings file, no XML, no archive.
LIBRARY_C := $(filter-out gateway/core/settings.c,$(foreach r,base wire core proof verify client,$(wildcard gateway/$(r)/*.c)))
# The few sources that read differently with test hooks; all others are compiled once for both.
HOOKED_C  := $(shell grep -lE 'EG_TEST_HOOKS|base/fault\.h' $(GATEWAY_C) gateway/main.c $(TOOL_C) 2>/dev/null)
obj        = $(patsubst %.c,$(B)/%.o,$(1))
testobj    = $(patsubst %.c,$(B)/hooks/%.o,$(1))
hookobj    = $(call testobj,$(filter $(HOOKED_C),$(1))) $(call obj,$(filter-out $(HOOKED_C),$(1)))
VOLUME_P  := $(VOLUME_C:%.c=%)
UNIT_P    := $(UNIT_C:%.c=%)
FUZZ_P    := $(FUZZ_C:%.c=%)
RACE_P    := $(RACE_C:%.c=%)
PLANTED   := $(filter-out race,$(notdir $(basename $(wildcard tests/planted/*.c))))

# ---- rules -------------------------------------------------------------------------------------
.PHONY: all
all: $(B)/emgated $(B)/emgate

ifneq ($(V),)
say = @:
else
say = @echo "  $(1)" $(2);
endif
define compile
@mkdir -p "$(@D)"
$(call say,CC,"$@") $(CC) $(EG_CFLAGS) $(CFLAGS) $(SAN) $(1) -MMD -MP -c -o "$@" "$<"
endef
link = $(call say,LD,"$@") mkdir -p "$(@D)" && $(CC) $(CFLAGS) $(SAN) $(1) -o "$@" $^

# The vocabularies' schemas and readings, inside the programs.
$(EMBED_C): tools/embed $(EMBED)
	@mkdir -p "$(@D)"
	tools/embed $(EMBED) > "$@.tmp" && mv "$@.tmp" "$@"

$(B)/%.o: %.c
	$(call compile)

# With test hooks (fixed clock, fault points): only tests link these.
$(B)/hooks/tests/%.o: tests/%.c
	$(call compile,-DEG_TEST_HOOKS $(TEST_CFLAGS))
$(B)/hooks/%.o: %.c
	$(call compile,-DEG_TEST_HOOKS)

%.a:
	$(call say,AR,"$@") rm -f "$@" && ar rcs "$@" $^

$(B)/libgateway.a: $(call obj,$(GATEWAY_C))
$(B)/hooks/libgateway.a: $(call hookobj,$(GATEWAY_C))
$(B)/hooks/libsupport.a: $(call testobj,$(SUPPORT_C))
$(B)/hooks/libtool.a: $(call hookobj,$(filter-out tools/emgate/main.c,$(TOOL_C)))

$(B)/emgated: $(call obj,gateway/main.c) $(B)/libgateway.a
	$(link) $(LIBS)
$(B)/emgate: $(call obj,$(TOOL_C)) $(B)/libgateway.a
	$(link) $(LIBS)
$(B)/hooks/emgated: $(call hookobj,gateway/main.c) $(B)/hooks/libgateway.a
	$(link) $(LIBS)
$(B)/hooks/emgate: $(call hookobj,$(TOOL_C)) $(B)/hooks/libgateway.a
	$(link) $(LIBS)

# What tests link: their own support, the tools' rooms, the gateway's.
TEST_LIBS := $(addprefix $(B)/hooks/,libsupport.a libtool.a libgateway.a)
# One criterion program a test file: build/<variant>/tests/unit/<room>/test_<module>. With sanitizers
# each test runs in a fork, as criterion starts the program anew for each: tests/support/runner/forks.c.
FORKS := $(if $(filter plain,$(VARIANT)),,$(B)/hooks/tests/support/runner/forks.o)
RUNNER := $(if $(FORKS),,-lcriterion)
$(B)/tests/%: $(B)/hooks/tests/%.o $(FORKS) $(TEST_LIBS)
	$(call link,$(TEST_LINK)) $(RUNNER) $(LIBS)
# Race tests and stored fuzz inputs are plain programs.
$(B)/tests/race/%: $(B)/hooks/tests/race/%.o $(TEST_LIBS)
	$(call link,$(TEST_LINK)) -lcriterion $(LIBS)
$(B)/tests/fuzz/%: $(B)/hooks/tests/fuzz/%.o $(B)/hooks/tests/fuzz/driver.o $(TEST_LIBS)
	$(call link,$(TEST_LINK)) -lcriterion $(LIBS)
# Mistakes on purpose: whatever looks for mistakes must find these.
$(B)/tests/planted/race: $(B)/tests/planted/race.o
	$(call link,$(TEST_LINK)) -pthread
$(B)/tests/planted/%: $(B)/tests/planted/%.o $(FORKS)
	$(call link,$(TEST_LINK)) $(RUNNER)
$(B)/fuzzers/%: $(B)/hooks/tests/fuzz/%.o $(TEST_LIBS)
	$(call link,$(TEST_LINK)) -fsanitize=fuzzer,address,undefined -lcriterion $(LIBS)

.SECONDARY:
-include $(shell find build -name '*.d' 2>/dev/null)

# ---- tests: tiers quick, check, full -----------------------------------------------------------
# A second make for a second variant; two jobs unless the caller said how many.
again = $(MAKE) --no-print-directory $(if $(findstring -j,$(MAKEFLAGS)),,-j2)
tools:          all $(B)/hooks/emgate $(B)/hooks/emgated
plain-programs: tools $(addprefix $(B)/,$(VOLUME_P))
unit-programs:  all $(addprefix $(B)/,$(UNIT_P) $(FUZZ_P))
asan-programs:  ; +@$(again) VARIANT=address-undefined sound-programs
sound-programs: $(addprefix $(B)/,$(filter-out $(VOLUME_P),$(UNIT_P)) $(FUZZ_P) $(addprefix tests/planted/,$(PLANTED)))
race-programs:  ; +@$(again) VARIANT=thread $(addprefix $(TSAN)/,$(RACE_P) tests/planted/race)
asan-full:      ; +@$(again) VARIANT=address-undefined tools unit-programs sound-programs
race-full:      ; +@$(again) VARIANT=thread $(TSAN)/emgated $(TSAN)/hooks/emgated
unoptimised:    ; +@$(again) VARIANT=unoptimised build/unoptimised/emgate

checks   := $(addprefix check:,$(CHECKS))
unit     := $(addprefix unit:build/plain/,$(UNIT_P))
replay   := $(addprefix replay:build/plain/,$(FUZZ_P))
volume   := $(addprefix unit:build/plain/,$(VOLUME_P))
volume-asan := $(addprefix asan:$(ASAN)/,$(VOLUME_P))
asan     := $(addprefix asan:$(ASAN)/,$(filter-out $(VOLUME_P),$(UNIT_P))) $(addprefix replay-asan:$(ASAN)/,$(FUZZ_P)) \
            $(addprefix planted-asan:$(ASAN)/tests/planted/,$(PLANTED))
race     := $(addprefix race:$(TSAN)/,$(RACE_P)) planted-race:$(TSAN)/tests/planted/race
valgrind := $(addprefix valgrind:build/plain/,$(UNIT_P)) \
            planted-valgrind:build/plain/tests/planted/leak
scripts  := $(addprefix script:,$(SCRIPTS))
# ThreadSanitizer over the gateway's own processes: the scenarios that start one.
threads  := $(addprefix script-race:,$(filter tests/flow/% tests/fault/%,$(SCRIPTS)))

export EG_CFLAGS_FOR_HEADERS = $(EG_CFLAGS)
export CC CXX
# $(call tier,PROGRAMS TO BUILD,TESTS,OPTIONS): whatever happens, one line of result.
define tier
+@began=$$(date +%s); if $(again) $(1); then echo "built in $$(($$(date +%s) - began)) s"; \
  tools/check/run-tests --build build/plain $(3) $(2); \
  else echo "the build failed"; mkdir -p build; echo "0 passed, 1 failed" | tee build/result; exit 1; fi
endef

.PHONY: tools plain-programs unit-programs asan-programs sound-programs race-programs
.PHONY: asan-full race-full unoptimised
.PHONY: test quick check full unit test-asan test-race test-valgrind replay scripts
quick:
	$(call tier,unit-programs,$(checks) $(unit) $(replay))
check:
	$(call tier,plain-programs asan-programs race-programs,$(checks) $(scripts) $(asan) $(volume) $(race))
test:
	@tools/install-deps test
	+@$(MAKE) --no-print-directory check
full:
	@tools/install-deps full
	$(call tier,plain-programs unit-programs $(B)/tests/planted/leak asan-full race-programs race-full \
	    unoptimised,$(checks) $(unit) $(replay) $(scripts) $(asan) $(volume-asan) $(race) $(valgrind) \
	    $(addprefix script-asan:,$(SCRIPTS)) $(threads),--full)
	+@for target in $(patsubst tests/fuzz/fuzz_%.c,fuzz-%,$(FUZZ_C)); do $(again) $$target || exit 1; done
unit:
	$(call tier,unit-programs,$(unit))
replay:
	$(call tier,unit-programs,$(replay))
scripts:
	$(call tier,plain-programs,$(scripts))
test-asan:
	$(call tier,asan-full,$(asan) $(volume-asan))
test-race:
	$(call tier,race-programs,$(race))
test-valgrind:
	$(call tier,unit-programs $(B)/tests/planted/leak,$(valgrind))

SECONDS ?= 30
fuzz-%:
	@tools/install-deps full
	+@$(again) VARIANT=fuzz CC=clang build/fuzz/fuzzers/fuzz_$*
	@mkdir -p build/fuzz/corpus/$* tests/fuzz/corpus/$*
	build/fuzz/fuzzers/fuzz_$* -max_total_time=$(SECONDS) -print_final_stats=1 -rss_limit_mb=2048 \
	    -artifact_prefix=build/fuzz/found-$*- build/fuzz/corpus/$* tests/fuzz/corpus/$*

# ---- checks, one by one ------------------------------------------------------------------------
.PHONY: checks layers unused papers headers format banned shape settings
checks: all
	@tools/check/run-tests --build build/plain $(checks)
papers headers format banned shape:
	@tools/check/$@
layers: all
	@tools/check/layers
	@tools/check/links --build $(B)
unused: all
	@tools/check/unused --build $(B)
settings: $(B)/emgated
	@tools/check/$@

# ---- for people --------------------------------------------------------------------------------
.PHONY: help demo bench man pages clean install
help:
	@sed -n 's/^#   make/make/p' Makefile

demo:
	@tools/install-deps build
	+@$(again) all
	@$(B)/emgate demo

bench: all
	@$(B)/emgate bench

# The pages of the shipped packages, made from the packages themselves, and the tables of the
# reference, made from the engine's (tests/cli/rules_pages.sh).
pages: $(B)/emgate
	@mkdir -p rules/pages && rm -f rules/pages/*.md
	@for p in rules/*/package.xml; do p=$${p%/package.xml}; \
	    $(B)/emgate rules show --page "$$p" > "rules/pages/$${p#rules/}.md" || exit 1; done
	@tools/reference $(B)/emgate rules/ASSESSMENT.md > $(B)/reference.tmp && cat $(B)/reference.tmp > rules/ASSESSMENT.md

man: $(B)/emgate
	@rm -rf "$(B)/man"
	@$(B)/emgate man "$(B)/man"

clean:
	rm -rf build

# ---- install -----------------------------------------------------------------------------------
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
SBINDIR ?= $(PREFIX)/sbin
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
DATADIR ?= $(PREFIX)/share
VERSION := $(shell sed -n 's/.*define EG_VERSION "\(.*\)".*/\1/p' include/emgate/version.h)

# One object, in which only the words of include/emgate are visible.
$(B)/libemgate.o: $(call obj,$(LIBRARY_C))
	$(call say,LD,"$@") ld -r -o "$@" $^ && objcopy --localize-hidden "$@"
$(B)/libemgate.a: $(B)/libemgate.o
$(B)/libemgate.so.0: $(call obj,$(LIBRARY_C))
	$(call say,LD,"$@") $(CC) $(CFLAGS) $(SAN) -shared -Wl,-soname,libemgate.so.0 -Wl,-z,defs -o "$@" $^ \
	    $$(pkg-config --libs libcrypto libzmq) -pthread
$(B)/emgate.pc: tools/emgate.pc.in include/emgate/version.h
	@sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' \
	    -e 's|@VERSION@|$(VERSION)|' "$<" > "$@"

install: all man $(B)/libemgate.a $(B)/libemgate.so.0
	@rm -f "$(B)/emgate.pc"
	+@$(MAKE) --no-print-directory "$(B)/emgate.pc" > /dev/null
	install -d "$(DESTDIR)$(BINDIR)" "$(DESTDIR)$(SBINDIR)" "$(DESTDIR)$(LIBDIR)/pkgconfig"
	install -d "$(DESTDIR)$(INCLUDEDIR)/emgate" "$(DESTDIR)$(DATADIR)/doc/emgate"
	install -d "$(DESTDIR)$(DATADIR)/man/man1" "$(DESTDIR)$(DATADIR)/man/man8"
	install "$(B)/emgate" "$(DESTDIR)$(BINDIR)"
	install "$(B)/emgated" "$(DESTDIR)$(SBINDIR)"
	install -m 644 "$(B)/libemgate.a" "$(B)/libemgate.so.0" "$(DESTDIR)$(LIBDIR)"
	ln -sf libemgate.so.0 "$(DESTDIR)$(LIBDIR)/libemgate.so"
	install -m 644 "$(B)/emgate.pc" "$(DESTDIR)$(LIBDIR)/pkgconfig"
	install -m 644 include/emgate/*.h "$(DESTDIR)$(INCLUDEDIR)/emgate"
	install -m 644 $(B)/man/*.1 "$(DESTDIR)$(DATADIR)/man/man1"
	install -m 644 $(B)/man/*.8 "$(DESTDIR)$(DATADIR)/man/man8"
	install -m 644 README.md LICENSE "$(DESTDIR)$(DATADIR)/doc/emgate"
	for f in $(PAPERS); do install -D -m 644 "$$f" "$(DESTDIR)$(DATADIR)/doc/emgate/$$f" || exit 1; done
	install -d "$(DESTDIR)$(DATADIR)/emgate/data/gas-turbine"
	install -m 644 tests/data/gas-turbine/* "$(DESTDIR)$(DATADIR)/emgate/data/gas-turbine"
	if [ -d rules ]; then find rules -type f -exec install -D -m 644 "{}" "$(DESTDIR)$(DATADIR)/emgate/{}" ";"; fi

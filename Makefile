# emgate: one Makefile, no recursion. Sections: tools and flags, variant, lists, rules, checks.
# A new source, test, fuzz target or verb is a new file; nothing is listed here by name.

# ---- tools and flags ---------------------------------------------------------------------------
CC       ?= cc
PKGS     := libcrypto libzmq libxml-2.0 libxslt libexslt sqlite3 libzstd inih
CFLAGS   ?= -O2 -g
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
            -Wmissing-prototypes -Wvla -Werror
EG_CFLAGS = -std=c17 -D_GNU_SOURCE -ffp-contract=off -fno-strict-aliasing -fvisibility=hidden -fPIC \
            -pthread $(WARNINGS) -Iinclude -Igateway -Itools -I. \
            $(shell pkg-config --cflags $(PKGS) 2>/dev/null | sed 's/-I/-isystem /g')
LIBS      = $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lm -pthread

# ---- variant: each set of flags builds into its own folder -------------------------------------
VARIANT  ?= plain
SAN_address-undefined := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
SAN_thread            := -fsanitize=thread
SAN_plain             :=
SAN      := $(SAN_$(VARIANT))
B        := build/$(VARIANT)

# ---- lists -------------------------------------------------------------------------------------
ROOMS     := base core proof wire intake verify assess archive deliver client flow
GATEWAY_C := $(foreach r,$(ROOMS),$(wildcard gateway/$(r)/*.c))
TOOL_C    := $(wildcard tools/emgate/*.c)
SUPPORT_C := $(wildcard tests/support/*.c)
UNIT_C    := $(wildcard tests/unit/*/test_*.c) $(wildcard tests/flow/test_*.c) $(wildcard tests/fault/test_*.c)
RACE_C    := $(wildcard tests/race/race_*.c)
FUZZ_C    := $(wildcard tests/fuzz/fuzz_*.c)
obj        = $(patsubst %.c,$(B)/%.o,$(1))
hookobj    = $(patsubst %.c,$(B)/hooks/%.o,$(1))

# ---- rules -------------------------------------------------------------------------------------
.PHONY: all
all: $(B)/emgated $(B)/emgate

$(B)/%.o: %.c
	@mkdir -p "$(@D)"
	$(CC) $(EG_CFLAGS) $(CFLAGS) $(SAN) -MMD -MP -c -o "$@" "$<"

# The same sources with test hooks (fixed clock, fault points): only tests link these.
$(B)/hooks/%.o: %.c
	@mkdir -p "$(@D)"
	$(CC) $(EG_CFLAGS) $(CFLAGS) $(SAN) -DEG_TEST_HOOKS -MMD -MP -c -o "$@" "$<"

$(B)/libgateway.a: $(call obj,$(GATEWAY_C))
	@rm -f "$@"; ar rcs "$@" $^
$(B)/hooks/libgateway.a: $(call hookobj,$(GATEWAY_C))
	@rm -f "$@"; ar rcs "$@" $^

$(B)/emgated: $(call obj,gateway/main.c) $(B)/libgateway.a
	$(CC) $(CFLAGS) $(SAN) -o "$@" $^ $(LIBS)
$(B)/emgate: $(call obj,$(TOOL_C)) $(B)/libgateway.a
	$(CC) $(CFLAGS) $(SAN) -o "$@" $^ $(LIBS)
$(B)/hooks/emgated: $(call hookobj,gateway/main.c) $(B)/hooks/libgateway.a
	$(CC) $(CFLAGS) $(SAN) -o "$@" $^ $(LIBS)
$(B)/hooks/emgate: $(call hookobj,$(TOOL_C)) $(B)/hooks/libgateway.a
	$(CC) $(CFLAGS) $(SAN) -o "$@" $^ $(LIBS)

# One criterion program a test file: build/<variant>/tests/unit/<room>/test_<module>
$(B)/tests/%: $(B)/hooks/tests/%.o $(call hookobj,$(SUPPORT_C)) $(B)/hooks/libgateway.a
	@mkdir -p "$(@D)"
	$(CC) $(CFLAGS) $(SAN) -o "$@" $^ -lcriterion $(LIBS)

-include $(shell find build -name '*.d' 2>/dev/null | sed 's/ /\\ /g')

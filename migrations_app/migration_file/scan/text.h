/* Bytes, and the texts of JSON: UTF-8, of characters that need no second look. */

#ifndef TEXT_H
#define TEXT_H

#include <stdint.h>
#include <wasm_simd128.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef u64 anywhere __attribute__((aligned(1)));

typedef struct {
    const u8 *at;
    u32 length, characters;
    u32 is_plain; /* nothing in it is escaped */
} text;

static u64 eight(const u8 *at) { return *(const anywhere *)at; }

/* Bytes behind the last are read and left out; this module's memory goes on there. */
static int same(const u8 *one, const u8 *other, u32 length) {
    for (; length > 8; one += 8, other += 8, length -= 8)
        if (eight(one) != eight(other))
            return 0;
    return !length || (eight(one) ^ eight(other)) << (64 - 8 * length) == 0;
}

static int is_digit(u8 byte) { return (u8)(byte - '0') < 10; }

static const u8 *blanks(const u8 *at) {
    while (*at == ' ' || *at == '\t' || *at == '\r')
        at++;
    return at;
}

/* Characters that neither combine with others nor are written otherwise in Unicode form NFC; not all of them. */
static int is_settled(u32 code) {
    return code < 0x300 || (code >= 0x1E00 && code < 0x1F00) || (code >= 0x2010 && code < 0x2028) ||
           (code >= 0x2030 && code < 0x205F) || (code >= 0x20A0 && code < 0x20C0);
}

static const u8 *wide_character(const u8 *at) {
    u32 code;
    if (at[0] >= 0xC2 && at[0] < 0xE0 && (at[1] & 0xC0) == 0x80) {
        code = (at[0] & 0x1Fu) << 6 | (at[1] & 0x3Fu);
        return is_settled(code) ? at + 2 : 0;
    }
    if ((at[0] & 0xF0) == 0xE0 && (at[1] & 0xC0) == 0x80 && (at[2] & 0xC0) == 0x80) {
        code = (at[0] & 0x0Fu) << 12 | (at[1] & 0x3Fu) << 6 | (at[2] & 0x3Fu);
        return code >= 0x800 && is_settled(code) ? at + 3 : 0;
    }
    return 0;
}

static u32 hexadecimal(u8 byte) {
    if (is_digit(byte))
        return byte - '0';
    byte |= 0x20;
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10u : 16u;
}

/* After the backslash. */
static const u8 *escaped_character(const u8 *at) {
    switch (*at) {
    case '"': case '\\': case '/': case 'b': case 'f': case 'n': case 'r': case 't':
        return at + 1;
    case 'u':
        break;
    default:
        return 0;
    }
    u32 code = 0;
    for (u32 i = 1; i <= 4; i++) {
        u32 digit = hexadecimal(at[i]);
        if (digit > 15)
            return 0;
        code = code << 4 | digit;
    }
    return code && is_settled(code) ? at + 5 : 0;
}

/* From behind the opening quotation mark to behind the closing one. */
static const u8 *read_text(const u8 *at, text *into) {
    const v128_t quote = wasm_i8x16_splat('"'), backslash = wasm_i8x16_splat('\\'), space = wasm_i8x16_splat(' ');
    const u8 *start = at;
    u32 more = 0; /* bytes beyond one a character */
    into->is_plain = 1;
    for (;;) {
        v128_t bytes = wasm_v128_load(at);
        /* as signed numbers those of wide characters are below a space, too */
        u32 stops = wasm_i8x16_bitmask(wasm_v128_or(
            wasm_i8x16_lt(bytes, space),
            wasm_v128_or(wasm_i8x16_eq(bytes, quote), wasm_i8x16_eq(bytes, backslash))));
        if (!stops) {
            at += 16;
            continue;
        }
        at += __builtin_ctz(stops);
        if (*at == '"')
            break;
        const u8 *next;
        if (*at == '\\') {
            into->is_plain = 0;
            next = escaped_character(at + 1);
        } else
            next = *at < 0x80 ? 0 : wide_character(at);
        if (!next)
            return 0;
        more += (u32)(next - at) - 1;
        at = next;
    }
    into->at = start;
    into->length = (u32)(at - start);
    into->characters = into->length - more;
    return at + 1;
}

#endif

/* Values of JSON, each held to its field; read from the first byte to behind the last, or 0. */

#ifndef VALUES_H
#define VALUES_H

#include "checks.h"

/* spec.py has the same names. */
enum type { TEXT, LITERAL, INTEGER, FLAG, DATE, MOMENT, AMOUNT, OBJECT, OBJECTS, TEXT_OR_INTEGER };

typedef struct {
    u64 start, mask; /* the first eight bytes of the name and its quotation mark, and which of them count */
    u64 least, most; /* characters of a text, or value of a number */
    u32 name, length; /* the quotation mark counted */
    u32 type, check, role, nullable;
    u32 below, choices; /* table of objects, or first and number of literals */
} field;

typedef struct {
    u64 required;
    u32 first, count;
} table;

typedef struct {
    u32 at, length;
} place;

static u8 spec[1 << 15];

static const u8 *text_value(const u8 *at, const field *of, text *it) {
    if (*at != '"' || !(at = read_text(at + 1, it)) || it->characters < of->least || it->characters > of->most)
        return 0;
    if ((of->check || of->role) && !it->is_plain)
        return 0;
    return !of->check || keeps(it, of->check) ? at : 0;
}

static const u8 *literal(const u8 *at, const field *of, text *it) {
    if (*at != '"' || !(at = read_text(at + 1, it)))
        return 0;
    const place *choice = (const place *)(spec + of->below);
    for (u32 i = 0; i < of->choices; i++)
        if (choice[i].length == it->length && same(spec + choice[i].at, it->at, it->length))
            return at;
    return 0;
}

static const u8 *integer(const u8 *at, const field *of, text *it) {
    u64 value = 0;
    it->at = at;
    while (is_digit(*at) && at - it->at < 18)
        value = value * 10 + (*at++ - '0');
    it->length = (u32)(at - it->at);
    if (!it->length || (*it->at == '0' && it->length > 1) || value < of->least || value > of->most)
        return 0;
    return is_digit(*at) || *at == '.' || (*at | 0x20) == 'e' ? 0 : at;
}

static u32 two(const u8 *at) { return is_digit(at[0]) && is_digit(at[1]) ? (at[0] - '0') * 10u + at[1] - '0' : 100u; }

/* Ten bytes. Of the first and last centuries nothing is said: near the calendar's ends no zone is safe. */
static int is_day(const u8 *at) {
    static const u8 lengths[] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    u32 century = two(at), year = two(at + 2), month = two(at + 5), day = two(at + 8);
    if (century < 1 || century > 98 || year > 99 || at[4] != '-' || at[7] != '-' || month < 1 || month > 12)
        return 0;
    u32 is_leap = year % 4 == 0 && (year || century % 4 == 0);
    return day >= 1 && day <= lengths[month] + (month == 2 && is_leap);
}

static const u8 *date(const u8 *at, text *it) {
    if (*at != '"' || !is_day(at + 1) || at[11] != '"')
        return 0;
    *it = (text){at + 1, 10, 10, 1};
    return at + 12;
}

static const u8 *moment(const u8 *at) {
    const u8 *time = at + 12;
    if (*at != '"' || !is_day(at + 1) || at[11] != 'T' || two(time) > 23 || time[2] != ':' || two(time + 3) > 59 ||
        time[5] != ':' || two(time + 6) > 59)
        return 0;
    at = time + 8;
    if (*at == '.') {
        const u8 *fraction = ++at;
        while (is_digit(*at) && at - fraction < 6)
            at++;
        if (at == fraction)
            return 0;
    }
    if (*at == 'Z')
        at++;
    else if ((*at == '+' || *at == '-') && two(at + 1) <= 23 && at[3] == ':' && two(at + 4) <= 59)
        at += 6;
    else
        return 0;
    return *at == '"' ? at + 1 : 0;
}

/* A number; with at most 13 digits before them, two decimals leave at most the 15 of an amount. */
static const u8 *amount(const u8 *at) {
    at += *at == '-';
    const u8 *start = at;
    while (is_digit(*at) && at - start < 13)
        at++;
    if (at == start || (*start == '0' && at - start > 1))
        return 0;
    if (*at == '.') {
        if (!is_digit(*++at))
            return 0;
        at++;
        at += is_digit(*at);
    }
    return is_digit(*at) || *at == '.' || (*at | 0x20) == 'e' ? 0 : at;
}

static const u8 *word(const u8 *at, const char *wanted, u32 length) {
    return same(at, (const u8 *)wanted, length) ? at + length : 0;
}

static const u8 *flag(const u8 *at) { return *at == 't' ? word(at, "true", 4) : word(at, "false", 5); }

#endif

/* What a text must be: numbers with check digits, and texts of few kinds of letters. */

#ifndef CHECKS_H
#define CHECKS_H

#include "text.h"

/* spec.py has the same names. */
enum check { ANY, DIGITS, CAPITALS, HEXADECIMAL, EMAIL, ELEVEN_TEST, VAT_ID, VAT_RETURN_NUMBER, PAYROLL_TAX_NUMBER };

static int all_digits(const u8 *at, u32 length) {
    for (u32 i = 0; i < length; i++)
        if (!is_digit(at[i]))
            return 0;
    return 1;
}

static int is_nobody(const u8 *at) { return same(at, (const u8 *)"000000000", 9); }

static int passes_eleven_test(const u8 *at) {
    u32 sum = 10u * (at[8] - '0'); /* the last digit counts -1, which is 10 modulo 11 */
    if (!all_digits(at, 9) || is_nobody(at))
        return 0;
    for (u32 i = 0; i < 8; i++)
        sum += (9 - i) * (at[i] - '0');
    return sum % 11 == 0;
}

/* ISO 7064: A to Z count as 10 to 35. */
static int passes_mod_97_10(const u8 *at, u32 length) {
    u32 rest = 0;
    for (u32 i = 0; i < length; i++)
        rest = is_digit(at[i]) ? (rest * 10 + (at[i] - '0')) % 97 : (rest * 100 + (at[i] - 'A' + 10)) % 97;
    return rest == 1;
}

static int ends_with(const u8 *at, u8 letter) {
    return at[9] == letter && all_digits(at + 10, 2) && (letter == 'L' || at[10] != '0' || at[11] != '0');
}

static int is_vat_id(const text *it) {
    const u8 *number = it->at + 2;
    if (it->length != 14 || it->at[0] != 'N' || it->at[1] != 'L' || !all_digits(number, 9) || !ends_with(number, 'B'))
        return 0;
    return passes_eleven_test(number) || passes_mod_97_10(it->at, 14);
}

static int is_email(const text *it) {
    u32 signs = 0;
    for (u32 i = 0; i < it->length; i++) {
        if (it->at[i] <= ' ' || it->at[i] >= 0x7F)
            return 0;
        signs += it->at[i] == '@';
    }
    return signs == 1 && it->at[0] != '@' && it->at[it->length - 1] != '@';
}

static int every(const text *it, int (*is_good)(u8)) {
    for (u32 i = 0; i < it->length; i++)
        if (!is_good(it->at[i]))
            return 0;
    return 1;
}

static int is_capital(u8 byte) { return byte >= 'A' && byte <= 'Z'; }
static int is_hexadecimal(u8 byte) { return hexadecimal(byte) < 16; }

static int keeps(const text *it, u32 check) {
    switch (check) {
    case DIGITS:
        return every(it, is_digit);
    case CAPITALS:
        return every(it, is_capital);
    case HEXADECIMAL:
        return every(it, is_hexadecimal);
    case EMAIL:
        return is_email(it);
    case ELEVEN_TEST:
        return it->length == 9 && passes_eleven_test(it->at);
    case VAT_ID:
        return is_vat_id(it);
    case VAT_RETURN_NUMBER:
        return it->length == 12 && ends_with(it->at, 'B') && passes_eleven_test(it->at);
    case PAYROLL_TAX_NUMBER:
        return it->length == 12 && ends_with(it->at, 'L') && (is_nobody(it->at) || passes_eleven_test(it->at));
    default:
        return 0;
    }
}

#endif

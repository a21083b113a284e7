/* What every generated program stands on: faults, checked arithmetic, strings and times. See ir/nodes.py and
   ir/builtins.py for the meaning. `m` is the machine's memory; an address is an offset in it, 0 is nothing. */
#include <math.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int8_t I8; typedef int16_t I16; typedef int32_t I32; typedef int64_t I64;
typedef uint8_t U8; typedef uint16_t U16; typedef uint32_t U32; typedef uint64_t U64;
typedef float F4; typedef double F8; typedef __int128 I128;
typedef struct { I32 n; const U32 *p; } V;

#define FN static __attribute__((unused))
#define FAST static inline __attribute__((unused, always_inline))
#define COLD static __attribute__((unused, noinline, cold, noreturn))
#define AT(T, a) (*(T *)(m + (a)))
#define NOW AT(I64, 8)
#define TURNS AT(I64, 16)
#define DEPTH AT(I64, 24)
#define SCRATCH AT(I64, 32)
#define SCRATCH_END AT(I64, 40)
#define DAY 86400000000000LL

COLD void stop(char *m, I32 kind, I32 span) {
  AT(I32, 56) = kind;
  AT(I32, 60) = span;
  longjmp(*(jmp_buf *)AT(void *, 48), 1);
}
FAST void turn(char *m, I64 most, I32 span) { if (++TURNS > most) stop(m, 5, span); }
FAST I64 ix(char *m, I64 i, I64 low, I64 high, I32 span) {
  if (i < low || i > high) stop(m, 2, span);
  return i;
}
FAST I64 nn(char *m, I64 a, I32 span) { if (!a) stop(m, 4, span); return a; }
FAST I64 range_s(char *m, I64 x, I64 low, I64 high, I32 span) { if (x < low || x > high) stop(m, 3, span); return x; }
FAST U64 range_u(char *m, U64 x, I64 low, U64 high, I32 span) {
  if ((low > 0 && x < (U64)low) || x > high) stop(m, 3, span);
  return x;
}

/* numbers */
FAST I64 cut_s(I64 a, I64 b) { return b == -1 ? (I64)(0 - (U64)a) : a / b; }
FAST I64 div_s(char *m, I64 a, I64 b, I32 span) { if (!b) stop(m, 1, span); return cut_s(a, b); }
FAST I32 div_w(char *m, I32 a, I32 b, I32 span) {
  if (!b) stop(m, 1, span);
  return b == -1 ? (I32)(0 - (U32)a) : a / b;
}
FAST U64 div_u(char *m, U64 a, U64 b, I32 span) { if (!b) stop(m, 1, span); return a / b; }
FAST I64 mod_s(I64 a, I64 b) { return b == 0 || b == -1 ? 0 : a % b; }
FAST U64 mod_u(U64 a, U64 b) { return b ? a % b : 0; }
FN I64 whole(F8 x) {
  if (x != x) return 0;
  if (x >= 9223372036854775808.0) return INT64_MAX;
  if (x < -9223372036854775808.0) return INT64_MIN;
  return (I64)rint(x);
}
FN I64 cut(F8 x) {
  if (x != x) return 0;
  if (x >= 9223372036854775808.0) return INT64_MAX;
  if (x < -9223372036854775808.0) return INT64_MIN;
  return (I64)x;
}
FN F8 fraction(F8 x) { return x != x ? x : isinf(x) ? 0.0 : x - trunc(x); }
FN U64 bits4(F4 x) { U32 r; if (x != x) return 0x7FC00000u; memcpy(&r, &x, 4); return r; }
FN U64 bits8(F8 x) { U64 r; if (x != x) return 0x7FF8000000000000ull; memcpy(&r, &x, 8); return r; }
FN F4 real4(U64 x) { U32 w = (U32)x; F4 r; memcpy(&r, &w, 4); return r; }
FN F8 real8(U64 x) { F8 r; memcpy(&r, &x, 8); return r; }
FAST F4 same4(F4 x) { return x != x ? real4(0x7FC00000u) : x; }
FAST F8 same8(F8 x) { return x != x ? real8(0x7FF8000000000000ull) : x; }

/* bits: the pattern in 64 bits, the width in bits */
FAST U64 low_bits(U64 x, I32 bits) { return bits >= 64 ? x : x & (((U64)1 << bits) - 1); }
FAST U64 shl(U64 x, I64 n, I32 bits) { return n >= bits ? 0 : x << (n < 0 ? 0 : n); }
FAST U64 shr_u(U64 x, I64 n, I32 bits) { return n >= bits ? 0 : low_bits(x, bits) >> (n < 0 ? 0 : n); }
FAST I64 shr_s(I64 x, I64 n, I32 bits) { return x >> (n < 0 ? 0 : n >= bits ? bits - 1 : n); }
FAST U64 rol(U64 x, I64 n, I32 bits) {
  n = n < 0 ? 0 : n % bits;
  x = low_bits(x, bits);
  return n ? x << n | x >> (bits - n) : x;
}
FAST U64 ror(U64 x, I64 n, I32 bits) { n = n < 0 ? 0 : n % bits; return rol(x, n ? bits - n : 0, bits); }
FN U64 swap(U64 x, I32 size) {
  U64 r = 0;
  for (I32 i = 0; i < size; i++) r = r << 8 | (x >> (8 * i) & 255);
  return r;
}
FN U64 from_bcd(U64 x, I32 size) {
  U64 r = 0;
  for (I32 i = 2 * size - 1; i >= 0; i--) r = r * 10 + (x >> (4 * i) & 15);
  return r;
}
FN U64 to_bcd(I64 x) {
  U64 rest = x < 0 ? 0 - (U64)x : (U64)x, r = 0;
  for (I32 i = 0; i < 16; i++, rest /= 10) r |= rest % 10 << (4 * i);
  return r;
}
FN U8 is_bcd(U64 x, I32 size) {
  for (I32 i = 0; i < 2 * size; i++) if ((x >> (4 * i) & 15) > 9) return 0;
  return 1;
}

/* strings: a view of characters, each of 32 bits; results lie in scratch memory that the statement frees */
FN void *grab(char *m, I64 bytes) {
  I64 a = SCRATCH, end = a + ((bytes + 7) & ~7LL);
  if (end > SCRATCH_END) stop(m, 7, 0);
  SCRATCH = end;
  return m + a;
}
FN I64 keep(char *m, I64 a, I64 size) { char *to = grab(m, size); memmove(to, m + a, size); return to - m; }
FN V keep_v(char *m, V v) {
  U32 *to = grab(m, 4LL * v.n);
  memmove(to, v.p, 4 * (size_t)v.n);
  return (V){v.n, to};
}
FAST V load_v(char *m, I64 a) { return (V){AT(I32, a), (const U32 *)(m + a + 4)}; }
FN void store_v(char *m, I64 a, I32 most, V v) {
  I32 n = v.n < most ? v.n : most;
  memmove(m + a + 4, v.p, 4 * (size_t)n);
  AT(I32, a) = n;
}
FAST V cut_v(V v, I32 most) { return (V){v.n < most ? v.n : most, v.p}; }
FN I32 compare_v(V a, V b) {
  I32 n = a.n < b.n ? a.n : b.n;
  for (I32 i = 0; i < n; i++) if (a.p[i] != b.p[i]) return a.p[i] < b.p[i] ? -1 : 1;
  return a.n < b.n ? -1 : a.n > b.n;
}
FN V piece(V v, I64 from, I64 n) {
  if (from < 0) from = 0;
  if (from > v.n) from = v.n;
  if (n < 0) n = 0;
  if (n > v.n - from) n = v.n - from;
  return (V){(I32)n, v.p + from};
}
FN V concat(char *m, V a, V b) {
  U32 *to = grab(m, 4LL * ((I64)a.n + b.n));
  memmove(to, a.p, 4 * (size_t)a.n);
  memmove(to + a.n, b.p, 4 * (size_t)b.n);
  return (V){a.n + b.n, to};
}
FN V concat3(char *m, V a, V b, V c) {
  U32 *to = grab(m, 4LL * ((I64)a.n + b.n + c.n));
  memmove(to, a.p, 4 * (size_t)a.n);
  memmove(to + a.n, b.p, 4 * (size_t)b.n);
  memmove(to + a.n + b.n, c.p, 4 * (size_t)c.n);
  return (V){a.n + b.n + c.n, to};
}
FN V left(V v, I64 n) { return piece(v, 0, n); }
FN V right(V v, I64 n) { if (n < 0) n = 0; return n >= v.n ? v : piece(v, v.n - n, n); }
FN V mid(V v, I64 n, I64 place) { return place < 1 || place > v.n ? (V){0, v.p} : piece(v, place - 1, n); }
FN V insert(char *m, V a, V b, I64 place) {
  if (place < 0) place = 0;
  if (place > a.n) place = a.n;
  return concat3(m, piece(a, 0, place), b, piece(a, place, a.n));
}
FN V replace(char *m, V a, V b, I64 n, I64 place) {
  if (place < 1) return a;
  if (place > a.n) return concat(m, a, b);
  if (n < 0) n = 0;
  if (n > a.n) n = a.n;
  return concat3(m, piece(a, 0, place - 1), b, piece(a, place - 1 + n, a.n));
}
FN V delete(char *m, V a, I64 n, I64 place) { return place > a.n ? a : replace(m, a, (V){0, a.p}, n, place); }
FN I64 find(V a, V b) {
  if (!b.n) return 0;
  for (I32 i = 0; i + b.n <= a.n; i++) if (!memcmp(a.p + i, b.p, 4 * (size_t)b.n)) return i + 1;
  return 0;
}
FN V upper(char *m, V v) {
  U32 *to = grab(m, 4LL * v.n);
  for (I32 i = 0; i < v.n; i++) to[i] = v.p[i] >= 'a' && v.p[i] <= 'z' ? v.p[i] - 32 : v.p[i];
  return (V){v.n, to};
}
FN V lower(char *m, V v) {
  U32 *to = grab(m, 4LL * v.n);
  for (I32 i = 0; i < v.n; i++) to[i] = v.p[i] >= 'A' && v.p[i] <= 'Z' ? v.p[i] + 32 : v.p[i];
  return (V){v.n, to};
}
FAST U32 code(V v) { return v.n ? v.p[0] : 0; }
FN V character(char *m, I64 number, U32 mask) {
  U32 *to = grab(m, 4);
  *to = (U32)number & mask;
  return (V){*to != 0, to};
}

/* texts of values; none is longer than 128 characters */
FN V ascii(char *m, const char *s) {
  I32 n = (I32)strlen(s);
  U32 *to = grab(m, 4LL * n);
  for (I32 i = 0; i < n; i++) to[i] = (unsigned char)s[i];
  return (V){n, to};
}
FN V text_b(char *m, U8 x) { return ascii(m, x ? "TRUE" : "FALSE"); }
FN V text_s(char *m, I64 x) { char s[32]; snprintf(s, sizeof s, "%lld", (long long)x); return ascii(m, s); }
FN V text_u(char *m, U64 x) { char s[32]; snprintf(s, sizeof s, "%llu", (unsigned long long)x); return ascii(m, s); }
FN V text_f(char *m, F8 x, I32 digits) {
  char s[64];
  if (x != x) return ascii(m, "nan");
  snprintf(s, sizeof s, "%.*g", (int)digits, x);
  return ascii(m, s);
}
FN V time_text(char *m, I64 x, const char *prefix) {
  static const struct { const char *name; U64 size; } units[] = {
    {"d", DAY}, {"h", 3600000000000ull}, {"m", 60000000000ull}, {"s", 1000000000ull}, {"ms", 1000000ull},
    {"us", 1000ull}, {"ns", 1ull}};
  char s[128];
  U64 rest = x < 0 ? 0 - (U64)x : (U64)x;
  int n = snprintf(s, sizeof s, "%s#%s", prefix, x < 0 ? "-" : "");
  if (!x) n += snprintf(s + n, sizeof s - n, "0ms");
  for (int i = 0; i < 7; i++) {
    U64 count = rest / units[i].size;
    rest %= units[i].size;
    if (count) n += snprintf(s + n, sizeof s - n, "%llu%s", (unsigned long long)count, units[i].name);
  }
  return ascii(m, s);
}
FAST I64 floor_div(I64 a, I64 b) { I64 q = a / b; return a % b < 0 ? q - 1 : q; }
FAST I64 floor_mod(I64 a, I64 b) { I64 r = a % b; return r < 0 ? r + b : r; }
FN void civil(I64 days, I64 *year, I64 *month, I64 *day) { /* Hinnant, chrono-compatible low-level date algorithms */
  days += 719468;
  I64 era = floor_div(days, 146097), doe = floor_mod(days, 146097);
  I64 yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  I64 doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
  *month = mp < 10 ? mp + 3 : mp - 9;
  *year = yoe + era * 400 + (*month <= 2);
  *day = doy - (153 * mp + 2) / 5 + 1;
}
FN I64 year_of(I64 x) { I64 y, mo, d; civil(floor_div(x, DAY), &y, &mo, &d); return y; }
FN I64 month_of(I64 x) { I64 y, mo, d; civil(floor_div(x, DAY), &y, &mo, &d); return mo; }
FN I64 day_of(I64 x) { I64 y, mo, d; civil(floor_div(x, DAY), &y, &mo, &d); return d; }
FN I64 week_day(I64 x) { return floor_mod(floor_div(x, DAY) + 4, 7); }
FN U64 date_from(I64 year, I64 month, I64 day) { /* wrapped: years may be anything */
  I128 shifted = (I128)month - 1, carry = shifted / 12, place = shifted % 12;
  if (place < 0) { place += 12; carry--; }
  I128 y = (I128)year + carry - (place + 1 <= 2), era = y / 400, yoe = y % 400;
  if (yoe < 0) { yoe += 400; era--; }
  I128 mp = place + 1 > 2 ? place - 2 : place + 10, doy = (153 * mp + 2) / 5;
  I128 days = era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy + (I128)day - 1 - 719468;
  return (U64)days * (U64)DAY;
}
FN U64 tod_from(I64 h, I64 mi, I64 s, I64 ms) {
  return (((U64)h * 60 + (U64)mi) * 60 + (U64)s) * 1000000000ull + (U64)ms * 1000000ull;
}
FN int date_chars(char *s, size_t size, I64 x) {
  I64 y, mo, d;
  civil(floor_div(x, DAY), &y, &mo, &d);
  return snprintf(s, size, "%04lld-%02lld-%02lld", (long long)y, (long long)mo, (long long)d);
}
FN int clock_chars(char *s, size_t size, I64 x) {
  I64 rest = floor_mod(x, DAY), sec = rest / 1000000000, ms = rest % 1000000000 / 1000000;
  int h = (int)(sec / 3600), mi = (int)(sec / 60 % 60), se = (int)(sec % 60);
  if (ms) return snprintf(s, size, "%02d:%02d:%02d.%03d", h, mi, se, (int)ms);
  return snprintf(s, size, "%02d:%02d:%02d", h, mi, se);
}
FN V date_text(char *m, I64 x, const char *prefix) {
  char s[128];
  int n = snprintf(s, sizeof s, "%s#", prefix);
  date_chars(s + n, sizeof s - n, x);
  return ascii(m, s);
}
FN V tod_text(char *m, I64 x, const char *prefix) {
  char s[128];
  int n = snprintf(s, sizeof s, "%s#", prefix);
  clock_chars(s + n, sizeof s - n, x);
  return ascii(m, s);
}
FN V dt_text(char *m, I64 x, const char *prefix) {
  char s[128];
  int n = snprintf(s, sizeof s, "%s#", prefix);
  n += date_chars(s + n, sizeof s - n, x);
  s[n++] = '-';
  clock_chars(s + n, sizeof s - n, x);
  return ascii(m, s);
}

/* values of texts */
FAST U32 ch(V v, I32 i) { return i >= 0 && i < v.n ? v.p[i] : 0; }
FAST I32 is_digit(U32 c) { return c >= '0' && c <= '9'; }
FAST I32 digit(U32 c) {
  if (is_digit(c)) return (I32)c - '0';
  if (c >= 'a' && c <= 'f') return (I32)c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? (I32)c - 'A' + 10 : 99;
}
FN V trimmed(V v) { I32 i = 0; while (ch(v, i) == ' ') i++; return piece(v, i, v.n); }
FN I32 starts(V v, const char *s) { /* capital letters in any case; the length, or 0 */
  I32 n = (I32)strlen(s);
  for (I32 i = 0; i < n; i++) {
    U32 c = ch(v, i);
    if ((c >= 'a' && c <= 'z' ? c - 32 : c) != (unsigned char)s[i]) return 0;
  }
  return n;
}
FN I32 digits(V v, I32 i, I32 base, U64 *r) { /* digits with single underscores between; the place after them */
  U64 total = 0;
  while (digit(ch(v, i)) < base || (ch(v, i) == '_' && digit(ch(v, i + 1)) < base)) {
    if (ch(v, i) != '_') total = total * (U64)base + (U64)digit(ch(v, i));
    i++;
  }
  *r = total;
  return i;
}
FN U64 integer_of(V v) {
  U64 r = 0;
  v = trimmed(v);
  if (starts(v, "16#") && digit(ch(v, 3)) < 16) { digits(v, 3, 16, &r); return r; }
  if (starts(v, "8#") && digit(ch(v, 2)) < 8) { digits(v, 2, 8, &r); return r; }
  if (starts(v, "2#") && digit(ch(v, 2)) < 2) { digits(v, 2, 2, &r); return r; }
  I32 i = ch(v, 0) == '+' || ch(v, 0) == '-';
  if (!is_digit(ch(v, i))) return 0;
  digits(v, i, 10, &r);
  return ch(v, 0) == '-' ? 0 - r : r;
}
FN F8 real_of(V v) {
  v = trimmed(v);
  I32 i = ch(v, 0) == '+' || ch(v, 0) == '-';
  if (!is_digit(ch(v, i))) return 0.0;
  while (is_digit(ch(v, i))) i++;
  if (ch(v, i) == '.' && is_digit(ch(v, i + 1))) { i++; while (is_digit(ch(v, i))) i++; }
  if (ch(v, i) == 'e' || ch(v, i) == 'E') {
    I32 k = i + 1 + (ch(v, i + 1) == '+' || ch(v, i + 1) == '-');
    if (is_digit(ch(v, k))) { i = k; while (is_digit(ch(v, i))) i++; }
  }
  char *s = malloc((size_t)i + 1);
  if (!s) return 0.0;
  for (I32 k = 0; k < i; k++) s[k] = (char)v.p[k];
  s[i] = 0;
  F8 r = strtod(s, 0);
  free(s);
  return r;
}
FN U8 bool_of(V v) { v = trimmed(v); return starts(v, "TRUE") || integer_of(v) != 0; }
FN V after(V v, const char *const *prefixes) {
  v = trimmed(v);
  for (; *prefixes; prefixes++) {
    I32 n = starts(v, *prefixes);
    if (n) return piece(v, n, v.n);
  }
  return v;
}
FN U64 time_of(V v) {
  static const char *const prefixes[] = {"T#", "TIME#", "LT#", "LTIME#", 0};
  static const struct { const char *name; U64 size; } units[] = {
    {"MS", 1000000ull}, {"US", 1000ull}, {"NS", 1ull}, {"D", DAY}, {"H", 3600000000000ull}, {"M", 60000000000ull},
    {"S", 1000000000ull}};
  v = after(v, prefixes);
  U64 total = 0;
  I32 i = ch(v, 0) == '+' || ch(v, 0) == '-';
  for (;;) {
    U64 count = 0, fraction = 0;
    I128 scale = 1;
    I32 k = i, n = 0, u;
    if (!is_digit(ch(v, k))) break;
    for (; is_digit(ch(v, k)); k++) count = count * 10 + (ch(v, k) - '0');
    if (ch(v, k) == '.' && is_digit(ch(v, k + 1))) {
      for (k++; is_digit(ch(v, k)); k++, n++) if (n < 18) { fraction = fraction * 10 + (ch(v, k) - '0'); scale *= 10; }
    }
    V rest = piece(v, k, v.n);
    for (u = 0; u < 7 && !starts(rest, units[u].name); u++) {}
    if (u == 7) break;
    total += count * units[u].size + (U64)((I128)fraction * (I128)units[u].size / scale);
    i = k + (I32)strlen(units[u].name);
    i += ch(v, i) == '_';
  }
  return ch(v, 0) == '-' ? 0 - total : total;
}
FN I32 small(V v, I32 i, I64 *r) { /* a part of a date; more than six digits count as 999999; the place after, or -1 */
  I32 n = 0;
  I64 total = 0;
  if (i < 0 || !is_digit(ch(v, i))) return -1;
  for (; is_digit(ch(v, i)); i++, n++) if (n < 6) total = total * 10 + (ch(v, i) - '0');
  *r = n <= 6 ? total : 999999;
  return i;
}
FN I32 read_date(V v, U64 *r) {
  I64 y, mo, d;
  I32 i = small(v, 0, &y);
  if (i < 0 || ch(v, i) != '-') return -1;
  i = small(v, i + 1, &mo);
  if (i < 0 || ch(v, i) != '-') return -1;
  i = small(v, i + 1, &d);
  if (i < 0) return -1;
  *r = date_from(y, mo, d);
  return i;
}
FN U64 read_clock(V v) {
  I64 h, mi, s = 0, nano = 0, place = 100000000;
  I32 i = small(v, 0, &h);
  if (i < 0 || ch(v, i) != ':') return 0;
  i = small(v, i + 1, &mi);
  if (i < 0) return 0;
  if (ch(v, i) == ':' && is_digit(ch(v, i + 1))) {
    i = small(v, i + 1, &s);
    if (ch(v, i) == '.') for (i++; is_digit(ch(v, i)) && place; i++, place /= 10) nano += place * (ch(v, i) - '0');
  }
  return (U64)(h * 3600 + mi * 60 + s) * 1000000000ull + (U64)nano;
}
FN U64 date_of(V v) {
  static const char *const prefixes[] = {"D#", "DATE#", "LD#", "LDATE#", 0};
  U64 r = 0;
  return read_date(after(v, prefixes), &r) < 0 ? 0 : r;
}
FN U64 tod_of(V v) {
  static const char *const prefixes[] = {"TOD#", "TIME_OF_DAY#", "LTOD#", "LTIME_OF_DAY#", 0};
  return read_clock(after(v, prefixes));
}
FN U64 dt_of(V v) {
  static const char *const prefixes[] = {"DT#", "DATE_AND_TIME#", "LDT#", "LDATE_AND_TIME#", 0};
  U64 r = 0;
  v = after(v, prefixes);
  I32 i = read_date(v, &r);
  if (i < 0) return 0;
  return ch(v, i) == '-' ? r + read_clock(piece(v, i + 1, v.n)) : r;
}

/* scans */
typedef void Main(char *m);
typedef struct { I64 address, size; char *data; } Column;

FN I32 run_once(Main *body, char *m, I64 scratch, I64 end) {
  jmp_buf back;
  AT(void *, 48) = &back;
  AT(I32, 56) = 0;
  TURNS = DEPTH = 0;
  SCRATCH = scratch;
  SCRATCH_END = end;
  if (!setjmp(back)) body(m);
  return AT(I32, 56);
}
FAST void copy(char *to, const char *from, I64 size) {
  if (size == 1) memcpy(to, from, 1);
  else if (size == 2) memcpy(to, from, 2);
  else if (size == 4) memcpy(to, from, 4);
  else memcpy(to, from, 8);
}
FN I64 run_rows(Main *body, char *m, I64 scratch, I64 end, I64 rows, const I64 *elapsed, I64 stride, I64 in,
                const Column *inputs, I64 out, const Column *outputs) {
  jmp_buf back;
  volatile I64 row = 0;
  AT(void *, 48) = &back;
  AT(I32, 56) = 0;
  SCRATCH_END = end;
  if (setjmp(back)) return row;
  for (; row < rows; row++) {
    I64 r = row;
    for (I64 k = 0; k < in; k++) copy(m + inputs[k].address, inputs[k].data + r * inputs[k].size, inputs[k].size);
    I64 now = NOW, more = elapsed[r * stride];
    NOW = more > (1LL << 62) - now ? 1LL << 62 : now + more;
    TURNS = DEPTH = 0;
    SCRATCH = scratch;
    body(m);
    for (I64 k = 0; k < out; k++) copy(outputs[k].data + r * outputs[k].size, m + outputs[k].address, outputs[k].size);
  }
  return row;
}

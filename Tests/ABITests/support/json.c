#include "json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *skip_space(const char *at) {
  while (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r') at++;
  return at;
}

static int is_hex(const char *at) { return *at && strchr("0123456789abcdefABCDEF", *at) != NULL; }

/* The skip functions return what follows the value, or NULL where there is no valid one. */
static const char *skip_string(const char *at) {
  if (*at++ != '"') return NULL;
  while (*at != '"') {
    if ((unsigned char)*at < 0x20) return NULL;
    if (*at++ != '\\') continue;
    if (*at == 'u') {
      if (!(is_hex(at + 1) && is_hex(at + 2) && is_hex(at + 3) && is_hex(at + 4))) return NULL;
      at += 5;
    } else if (*at && strchr("\"\\/bfnrt", *at)) {
      at++;
    } else {
      return NULL;
    }
  }
  return at + 1;
}

static const char *skip_digits(const char *at) {
  if (*at < '0' || *at > '9') return NULL;
  while (*at >= '0' && *at <= '9') at++;
  return at;
}

static const char *skip_number(const char *at) {
  if (*at == '-') at++;
  if (*at == '0' && at[1] >= '0' && at[1] <= '9') return NULL;
  if (!(at = skip_digits(at))) return NULL;
  if (*at == '.' && !(at = skip_digits(at + 1))) return NULL;
  if (*at == 'e' || *at == 'E') {
    at++;
    if (*at == '+' || *at == '-') at++;
    at = skip_digits(at);
  }
  return at;
}

static const char *skip_value(const char *at);

static const char *skip_container(const char *at, char end) {
  at = skip_space(at + 1);
  if (*at == end) return at + 1;
  for (;;) {
    if (end == '}') {
      if (!(at = skip_string(at))) return NULL;
      at = skip_space(at);
      if (*at++ != ':') return NULL;
      at = skip_space(at);
    }
    if (!(at = skip_value(at))) return NULL;
    at = skip_space(at);
    if (*at == end) return at + 1;
    if (*at != ',') return NULL;
    at = skip_space(at + 1);
  }
}

static const char *skip_value(const char *at) {
  if (*at == '"') return skip_string(at);
  if (*at == '{') return skip_container(at, '}');
  if (*at == '[') return skip_container(at, ']');
  if (strncmp(at, "true", 4) == 0 || strncmp(at, "null", 4) == 0) return at + 4;
  if (strncmp(at, "false", 5) == 0) return at + 5;
  return skip_number(at);
}

int json_valid(const char *text) {
  const char *end = text ? skip_value(skip_space(text)) : NULL;
  return end && *skip_space(end) == '\0';
}

/* Keys are compared as they stand: those that tests look for have no escapes. */
static const char *member(const char *at, const char *key, size_t length) {
  long index = *at == '[' ? strtol(key, NULL, 10) : 0;
  char end = *at == '[' ? ']' : '}';
  if (*at != '[' && *at != '{') return NULL;
  at = skip_space(at + 1);
  while (*at != end) {
    int found = index-- == 0;
    if (end == '}') {
      const char *name = at + 1;
      at = skip_string(at);
      found = (size_t)(at - name) == length + 1 && strncmp(name, key, length) == 0;
      at = skip_space(skip_space(at) + 1);
    }
    if (found) return at;
    at = skip_space(skip_value(at));
    if (*at == ',') at = skip_space(at + 1);
  }
  return NULL;
}

const char *json_raw(const char *text, const char *path, size_t *length) {
  const char *at;
  if (!json_valid(text)) return NULL;
  at = skip_space(text);
  while (at && *path) {
    size_t part = strcspn(path, ".");
    at = member(at, path, part);
    path += part;
    if (*path == '.') path++;
  }
  if (at) *length = (size_t)(skip_value(at) - at);
  return at;
}

int json_has(const char *text, const char *path) {
  size_t length;
  return json_raw(text, path, &length) != NULL;
}

double json_number(const char *text, const char *path, double otherwise) {
  size_t length;
  const char *raw = json_raw(text, path, &length);
  return raw && (*raw == '-' || (*raw >= '0' && *raw <= '9')) ? strtod(raw, NULL) : otherwise;
}

long json_count(const char *text, const char *path) {
  size_t length;
  const char *at = json_raw(text, path, &length);
  long count = 0;
  if (!at || *at != '[') return -1;
  for (at = skip_space(at + 1); *at != ']'; count++) {
    at = skip_space(skip_value(at));
    if (*at == ',') at = skip_space(at + 1);
  }
  return count;
}

static unsigned hex4(const char *at) {
  char digits[5] = {at[0], at[1], at[2], at[3], 0};
  return (unsigned)strtoul(digits, NULL, 16);
}

static char *put_utf8(char *to, unsigned long code) {
  if (code < 0x80) {
    *to++ = (char)code;
  } else if (code < 0x800) {
    *to++ = (char)(0xc0 | code >> 6);
    *to++ = (char)(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    *to++ = (char)(0xe0 | code >> 12);
    *to++ = (char)(0x80 | (code >> 6 & 0x3f));
    *to++ = (char)(0x80 | (code & 0x3f));
  } else {
    *to++ = (char)(0xf0 | code >> 18);
    *to++ = (char)(0x80 | (code >> 12 & 0x3f));
    *to++ = (char)(0x80 | (code >> 6 & 0x3f));
    *to++ = (char)(0x80 | (code & 0x3f));
  }
  return to;
}

static char *unescape(char *to, const char *from, const char *end) {
  static const char names[] = "bfnrt", values[] = "\b\f\n\r\t";
  while (from < end) {
    const char *name;
    if (*from != '\\') {
      *to++ = *from++;
      continue;
    }
    from++;
    if (*from == 'u') {
      unsigned long code = hex4(from + 1);
      from += 5;
      if (code >= 0xd800 && code < 0xdc00 && from[0] == '\\' && from[1] == 'u') {
        code = 0x10000 + ((code - 0xd800) << 10) + (hex4(from + 2) - 0xdc00);
        from += 6;
      }
      to = put_utf8(to, code);
      continue;
    }
    name = strchr(names, *from);
    *to++ = name ? values[name - names] : *from;
    from++;
  }
  return to;
}

char *json_text(const char *text, const char *path, size_t *length) {
  size_t raw_length, count;
  const char *raw = json_raw(text, path, &raw_length);
  char *copy;
  if (!raw) return NULL;
  if (!(copy = malloc(raw_length + 1))) abort();
  if (*raw == '"') {
    count = (size_t)(unescape(copy, raw + 1, raw + raw_length - 1) - copy);
  } else {
    memcpy(copy, raw, raw_length);
    count = raw_length;
  }
  copy[count] = '\0';
  if (length) *length = count;
  return copy;
}

char *json_quote(const char *data, size_t length) {
  char *text = malloc(length * 6 + 3), *to = text;
  size_t i;
  if (!text) abort();
  *to++ = '"';
  for (i = 0; i < length; i++) {
    unsigned char byte = (unsigned char)data[i];
    if (byte == '"' || byte == '\\') {
      *to++ = '\\';
      *to++ = (char)byte;
    } else if (byte < 0x20) {
      to += sprintf(to, "\\u%04x", byte);
    } else {
      *to++ = (char)byte;
    }
  }
  *to++ = '"';
  *to = '\0';
  return text;
}

/*
 * Just enough JSON for these examples: a prompt is put into a request, a field of a response is printed.
 * A program with more to read or write uses a JSON library, of which C has many.
 */
#ifndef JSON_TEXT_H
#define JSON_TEXT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A request of one user message, to be freed with free(); NULL when memory is out. */
static inline char *json_request(const char *prompt) {
    static const char head[] = "[{\"role\": \"user\", \"content\": \"", tail[] = "\"}]";
    char *request = malloc(sizeof head + sizeof tail + 6 * strlen(prompt)), *to = request;
    if (request == NULL) return NULL;
    to += sprintf(to, "%s", head);
    for (; *prompt != '\0'; prompt++) {
        unsigned char c = (unsigned char)*prompt;
        if (c == '"' || c == '\\') to += sprintf(to, "\\%c", c);
        else if (c < ' ') to += sprintf(to, "\\u%04x", c);
        else *to++ = (char)c;
    }
    strcpy(to, tail);
    return request;
}

/* The text of the first field of this name without its quotes and escapes, to be freed with free(); NULL where there is none. */
static inline char *json_text(const char *json, const char *name) {
    static const char letters[] = "nrtbf", controls[] = "\n\r\t\b\f";
    char key[64], *text, *to;
    const char *at, *letter;
    snprintf(key, sizeof key, "\"%s\":", name);
    if ((at = strstr(json, key)) == NULL) return NULL;
    at += strlen(key);
    at += strspn(at, " ");
    if (*at++ != '"' || (text = to = malloc(strlen(at) + 1)) == NULL) return NULL;
    for (; *at != '"' && *at != '\0'; at++) {
        if (*at != '\\') *to++ = *at;
        else if (*++at == 'u' && strlen(at) > 4) {
            char code[5] = {at[1], at[2], at[3], at[4], '\0'};
            *to++ = (char)strtol(code, NULL, 16);
            at += 4;
        } else if (*at == '\0') break;
        else *to++ = (letter = strchr(letters, *at)) != NULL ? controls[letter - letters] : *at;
    }
    *to = '\0';
    return text;
}

/* Prints the first field of this name, a text or a number, or "-" where there is none. A quote inside a
 * JSON text is always escaped, so what looks like a field is one and not a piece of somebody's answer. libllm writes
 * UTF-8 as it is, and \u only for control characters. */
static inline void json_print(FILE *out, const char *json, const char *name) {
    char key[64], *text;
    const char *at;
    snprintf(key, sizeof key, "\"%s\":", name);
    if ((at = strstr(json, key)) == NULL) {
        fputc('-', out);
        return;
    }
    at += strlen(key);
    at += strspn(at, " ");
    if (*at != '"') {
        double number = strtod(at, NULL);
        fprintf(out, number == (double)(long)number ? "%.0f" : "%.1f", number);
        return;
    }
    if ((text = json_text(json, name)) != NULL) fputs(text, out);
    free(text);
}

#endif

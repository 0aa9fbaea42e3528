/*
 * Faults of a request's body, collected into the tree that Discord answers with, and typed readers that find
 * them. What a body means is not known here. String codes and sentences are those seen in Discord's real
 * answers (public issue threads; see the contract's sources).
 */

#include "model-form.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

typedef struct FormFault {
        struct FormFault *next;
        const char *code;
        char *message;
} FormFault;

struct FormNode {
        FormNode *next;
        FormNode *children;
        FormFault *faults;
        char *key;
};

static void node_free(FormNode *node) {
        while (node) {
                FormNode *next = node->next;

                node_free(node->children);
                while (node->faults) {
                        FormFault *fault = node->faults;

                        node->faults = fault->next;
                        free(fault->message);
                        free(fault);
                }
                free(node->key);
                free(node);
                node = next;
        }
}

void form_done(Form *form) {
        node_free(form->root);
        for (size_t i = 0; i < form->n_kept; i++)
                free(form->kept[i]);
        free(form->kept);
        *form = (Form){};
}

static FormNode *node_child(FormNode *node, const char *key) {
        FormNode **at = &node->children;

        while (*at && !streq((*at)->key, key))
                at = &(*at)->next;
        if (*at)
                return *at;

        *at = new0(FormNode, 1);
        if (!*at)
                return NULL;
        (*at)->key = strdup(key);
        if (!(*at)->key) {
                free(*at);
                *at = NULL;
        }
        return *at;
}

static FormNode *form_node(Form *form, const FormPath *at) {
        char index[24];
        FormNode *up;

        if (!at) {
                if (!form->root)
                        form->root = new0(FormNode, 1);
                return form->root;
        }

        up = form_node(form, at->up);
        if (!up)
                return NULL;
        if (at->key)
                return node_child(up, at->key);
        (void) snprintf(index, sizeof(index), "%zu", at->index);
        return node_child(up, index);
}

void form_fault(Form *form, const FormPath *at, const char *code, const char *format, ...) {
        FormNode *node = form_node(form, at);
        _strbuf_ StrBuf text = {};
        FormFault **end, *fault;
        va_list ap;

        form->is_refused = true;
        fault = node ? new0(FormFault, 1) : NULL;
        if (!fault) {
                form->out_of_memory = true;
                return;
        }

        va_start(ap, format);
        strbuf_appendv(&text, format, ap);
        va_end(ap);
        fault->code = code;
        if (strbuf_finish(&text, &fault->message) < 0)
                form->out_of_memory = true;

        for (end = &node->faults; *end; end = &(*end)->next)
                ;
        *end = fault;
}

static void node_write(const FormNode *node, JsonWriter *w) {
        json_open(w);
        if (node->faults) {
                json_array(w, "_errors");
                for (const FormFault *fault = node->faults; fault; fault = fault->next) {
                        json_open(w);
                        json_string(w, "code", fault->code);
                        json_string(w, "message", fault->message);
                        json_close(w);
                }
                json_close_array(w);
        }
        for (const FormNode *child = node->children; child; child = child->next) {
                json_put_key(w, child->key);
                node_write(child, w);
        }
        json_close(w);
}

void form_write(const Form *form, JsonWriter *w) {
        json_open(w);
        json_string(w, "message", "Invalid Form Body");
        json_i64(w, "code", 50035);
        if (form->root) {
                json_put_key(w, "errors");
                node_write(form->root, w);
        }
        json_close(w);
}

bool form_refuses(Form *form, SbxReply *reply) {
        _json_writer_ JsonWriter w = {};

        if (form->out_of_memory) {
                sbx_reply_error(reply, 500, 0, "500: Internal Server Error");
                return true;
        }
        if (!form->is_refused)
                return false;

        form_write(form, &w);
        sbx_reply_json(reply, 400, &w);
        reply->code = 50035;
        return true;
}

size_t text_length(const char *text) {
        size_t n = 0;

        for (const unsigned char *p = (const unsigned char *) text; *p; p++) {
                if ((*p & 0xC0) != 0x80)
                        n++;
                if (*p >= 0xF0) /* beyond the Basic Multilingual Plane: a surrogate pair */
                        n++;
        }
        return n;
}

bool form_has(const Json *object, const char *key) {
        return json_get(object, key) != NULL;
}

static void fault_missing(Form *form, const FormPath *at, const char *key) {
        form_fault(form, AT(at, key), "BASE_TYPE_REQUIRED", "This field is required");
}

/* The member unless it is missing or null; that is a fault only where it is required. */
static const Json *form_value(Form *form, const FormPath *at, const Json *object, const char *key,
                              unsigned flags) {
        const Json *value = json_get(object, key);

        if (value && !json_is_null(value))
                return value;
        if (flags & FORM_REQUIRED)
                fault_missing(form, at, key);
        return NULL;
}

/* A printed value for a sentence, cut to a reasonable length. */
static void fault_value(Form *form, const FormPath *at, const char *code, const char *format_type,
                        const Json *value) {
        _free_ char *printed = NULL;

        if (json_text(value))
                printed = strdup(json_text(value));
        else if (json_print(value, &printed) < 0)
                printed = NULL;
        if (streq(code, "STRING_TYPE_CONVERT"))
                form_fault(form, at, code, "Could not interpret \"%.100s\" as string.", printed ?: "");
        else
                form_fault(form, at, code, "Value \"%.100s\" is not %s.", printed ?: "", format_type);
}

/*
 * Copies what is between leading and trailing white space. NULL when there is nothing, or no memory (noted
 * in the form).
 */
static const char *form_trimmed(Form *form, const char *text) {
        size_t n = strlen(text);
        char **grown, *copy;

        while (n > 0 && isspace((unsigned char) *text)) {
                text++;
                n--;
        }
        while (n > 0 && isspace((unsigned char) text[n - 1]))
                n--;
        if (n == 0)
                return NULL;

        copy = strndup(text, n);
        grown = copy ? reallocarray(form->kept, form->n_kept + 1, sizeof(char *)) : NULL;
        if (!grown) {
                free(copy);
                form->out_of_memory = true;
                return NULL;
        }
        form->kept = grown;
        form->kept[form->n_kept++] = copy;
        return copy;
}

bool form_string(Form *form, const FormPath *at, const Json *object, const char *key, unsigned flags,
                 size_t min, size_t max, const char **ret) {
        const Json *value = form_value(form, at, object, key, flags);
        const char *text;
        size_t n;

        if (!value)
                return false;
        text = json_text(value);
        if (!text) {
                fault_value(form, AT(at, key), "STRING_TYPE_CONVERT", NULL, value);
                return false;
        }
        if (flags & FORM_TRIM) {
                text = form_trimmed(form, text);
                if (!text) {
                        if (flags & FORM_REQUIRED)
                                fault_missing(form, at, key);
                        return false;
                }
        }

        n = text_length(text);
        if (n == 0 && (flags & FORM_REQUIRED) && min > 0)
                fault_missing(form, at, key);
        else if (min > 0 && (n < min || n > max))
                form_fault(form, AT(at, key), "BASE_TYPE_BAD_LENGTH",
                           "Must be between %zu and %zu in length.", min, max);
        else if (n > max)
                form_fault(form, AT(at, key), "BASE_TYPE_MAX_LENGTH", "Must be %zu or fewer in length.",
                           max);
        else {
                *ret = text;
                return true;
        }
        return false;
}

bool form_i64(Form *form, const FormPath *at, const Json *object, const char *key, unsigned flags,
              int64_t min, int64_t max, int64_t *ret) {
        const Json *value = form_value(form, at, object, key, flags);
        int64_t n;

        if (!value)
                return false;
        if (json_is_string(value) || json_to_i64(value, &n) < 0)
                fault_value(form, AT(at, key), "NUMBER_TYPE_COERCE", "int", value);
        else if (n < min)
                form_fault(form, AT(at, key), "NUMBER_TYPE_MIN",
                           "int value should be greater than or equal to %" PRIi64 ".", min);
        else if (n > max)
                form_fault(form, AT(at, key), "NUMBER_TYPE_MAX",
                           "int value should be less than or equal to %" PRIi64 ".", max);
        else {
                *ret = n;
                return true;
        }
        return false;
}

bool form_choice(Form *form, const FormPath *at, const Json *object, const char *key, unsigned flags,
                 const int64_t *choices, size_t n, int64_t *ret) {
        _strbuf_ StrBuf list = {};
        int64_t value = 0;

        if (!form_i64(form, at, object, key, flags, INT64_MIN, INT64_MAX, &value))
                return false;
        for (size_t i = 0; i < n; i++)
                if (choices[i] == value) {
                        *ret = value;
                        return true;
                }

        for (size_t i = 0; i < n; i++)
                strbuf_appendf(&list, "%s%" PRIi64, i ? ", " : "", choices[i]);
        form_fault(form, AT(at, key), "BASE_TYPE_CHOICES", "Value must be one of {%s}.", strbuf_text(&list));
        return false;
}

bool form_bool(Form *form, const FormPath *at, const Json *object, const char *key, unsigned flags,
               bool *ret) {
        if (!form_value(form, at, object, key, flags))
                return false;
        if (json_get_bool(object, key, ret) == 0)
                return true;
        form_fault(form, AT(at, key), "BOOLEAN_TYPE_CONVERT", "Must be either true or false.");
        return false;
}

bool form_snowflake(Form *form, const FormPath *at, const Json *object, const char *key, unsigned flags,
                    uint64_t *ret) {
        const Json *value = form_value(form, at, object, key, flags);

        if (!value)
                return false;
        if (json_to_u64(value, ret) == 0)
                return true;
        fault_value(form, AT(at, key), "NUMBER_TYPE_COERCE", "snowflake", value);
        return false;
}

bool form_bits(Form *form, const FormPath *at, const Json *object, const char *key, unsigned flags,
               uint64_t *ret) {
        const Json *value = form_value(form, at, object, key, flags);

        if (!value)
                return false;
        if (json_to_u64(value, ret) == 0)
                return true;
        fault_value(form, AT(at, key), "NUMBER_TYPE_COERCE", "int", value);
        return false;
}

bool form_array(Form *form, const FormPath *at, const Json *object, const char *key, unsigned flags,
                size_t min, size_t max, const Json **ret) {
        const Json *value = form_value(form, at, object, key, flags);
        size_t n;

        if (!value)
                return false;
        if (!json_is_array(value)) {
                form_fault(form, AT(at, key), "LIST_TYPE_CONVERT",
                           "Only iterables may be used in a ListType");
                return false;
        }
        n = (size_t) json_array_size(value);
        if (min > 0 && (n < min || n > max))
                form_fault(form, AT(at, key), "BASE_TYPE_BAD_LENGTH",
                           "Must be between %zu and %zu in length.", min, max);
        else if (n > max)
                form_fault(form, AT(at, key), "BASE_TYPE_MAX_LENGTH", "Must be %zu or fewer in length.",
                           max);
        else {
                *ret = value;
                return true;
        }
        return false;
}

bool form_is_object(Form *form, const FormPath *at, const Json *value) {
        if (json_is_object(value))
                return true;
        form_fault(form, at, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType");
        return false;
}

bool form_object(Form *form, const FormPath *at, const Json *object, const char *key, unsigned flags,
                 const Json **ret) {
        const Json *value = form_value(form, at, object, key, flags);

        if (!value || !form_is_object(form, AT(at, key), value))
                return false;
        *ret = value;
        return true;
}

static bool has_prefix(const char *text, const char *prefix) {
        return strncasecmp(text, prefix, strlen(prefix)) == 0;
}

bool form_url(Form *form, const FormPath *at, const Json *object, const char *key, unsigned flags,
              size_t max, bool may_attach, const char **ret) {
        const char *text = NULL, *host;

        if (!form_string(form, at, object, key, flags | FORM_TRIM, 0, max, &text))
                return false;

        host = strstr(text, "://");
        if (!host || host == text || !host[3] || strpbrk(text, " \t\r\n"))
                form_fault(form, AT(at, key), "URL_TYPE_INVALID_URL", "Not a well formed URL.");
        else if (has_prefix(text, "http://") || has_prefix(text, "https://") ||
                 (may_attach && has_prefix(text, "attachment://"))) {
                *ret = text;
                return true;
        } else
                form_fault(form, AT(at, key), "URL_TYPE_INVALID_SCHEME",
                           "Scheme \"%.*s\" must be one of %s.", (int) MIN(host - text, (ptrdiff_t) 40),
                           text, may_attach ? "('http', 'https', 'attachment')" : "('http', 'https')");
        return false;
}

/*
 * The list of questions in the database, in order:
 *
 *      {"next":5,"questions":[{"id":1,"label":"Strengths","type":"keywords","required":true,"placeholder":"…"}]}
 *
 * It is read through the rules that every change goes through, so a list that was read is one that could have been made.
 */

#include <errno.h>

#include "magikal/cleanup.h"
#include "magikal/question.h"

void question_write(JsonWriter *w, const QuestionList *list) {
        json_open(w);
        json_i64(w, "next", list->next_id);
        json_array(w, "questions");
        for (size_t i = 0; i < list->n; i++) {
                const Question *question = &list->items[i];

                json_open(w);
                json_i64(w, "id", question->id);
                json_string(w, "label", question->label);
                json_string(w, "type", answer_kind_to_string(question->kind));
                json_bool(w, "required", question->is_required);
                json_string(w, "placeholder", question->placeholder);
                json_close(w);
        }
        json_close_array(w);
        json_close(w);
}

static bool has_members(const Json *object, int n) {
        JSON_FOREACH(member, object)
                n--;
        return n == 0;
}

static int get_id(const Json *object, const char *key, int *ret) {
        int64_t v;

        if (json_get_i64(object, key, &v) != 0 || v < 1 || v > INT32_MAX - QUESTIONS_MAX)
                return -EBADMSG;
        *ret = (int) v;
        return 0;
}

static int read_question(const Json *json, QuestionList *list) {
        const char *label, *type, *placeholder;
        bool is_required;
        AnswerKind kind;
        int id, r;

        if (!has_members(json, 5) || get_id(json, "id", &id) < 0 || json_get_string(json, "label", &label) != 0 ||
            json_get_string(json, "type", &type) != 0 || json_get_bool(json, "required", &is_required) != 0 ||
            json_get_string(json, "placeholder", &placeholder) != 0)
                return -EBADMSG;
        if (answer_kind_from_string(type, &kind) < 0 || question_by_id(list, id))
                return -EBADMSG;
        list->next_id = id;     /* taken by the question that is added */
        r = question_add(list, &(QuestionChange) { label, placeholder, &kind, &is_required }, 0);
        if (r == -ENOMEM)
                return r;
        if (r != 0 || !streq(list->items[list->n - 1].label, label) || !streq(list->items[list->n - 1].placeholder, placeholder))
                return -EBADMSG;
        return 0;
}

int question_from_json(const Json *json, QuestionList *ret_list) {
        QuestionList list = {};
        const Json *questions;
        int next, r;

        if (!json_is_object(json) || !has_members(json, 2) || get_id(json, "next", &next) < 0 ||
            json_get_array(json, "questions", &questions) != 0)
                return -EBADMSG;
        JSON_FOREACH(question, questions) {
                r = read_question(question, &list);
                if (r < 0)
                        return r;
        }
        list.next_id = next;
        for (size_t i = 0; i < list.n; i++)
                if (list.items[i].id >= next)
                        return -EBADMSG;
        if (list.n == 0)
                return -EBADMSG;
        *ret_list = list;
        return 0;
}

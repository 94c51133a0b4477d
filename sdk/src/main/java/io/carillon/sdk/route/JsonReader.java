package io.carillon.sdk.route;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON (RFC 8259) as strictly as it is written there, with a bound on depth: Android and the JVM share no reader.
 * Objects become maps, arrays lists, numbers doubles. A name that stands twice in an object is an error.
 */
final class JsonReader {
    private static final int DEPTH_MAX = 16;

    private final String text;
    private int at;

    private JsonReader(String text) {
        this.text = text;
    }

    /** Thrown for anything that is not JSON. */
    static final class MalformedJsonException extends Exception {
        private static final long serialVersionUID = 1L;

        MalformedJsonException(String message) {
            super(message, null, false, false);
        }
    }

    static @Nullable Object read(String text) throws MalformedJsonException {
        JsonReader reader = new JsonReader(text);
        reader.skipSpace();
        Object value = reader.value(0);
        reader.skipSpace();
        if (reader.at != text.length()) {
            throw reader.error("the end");
        }
        return value;
    }

    private @Nullable Object value(int depth) throws MalformedJsonException {
        if (depth > DEPTH_MAX) {
            throw error("at most " + DEPTH_MAX + " levels");
        }
        switch (peek()) {
            case '{':
                return object(depth);
            case '[':
                return array(depth);
            case '"':
                return string();
            case 't':
                return word("true", true);
            case 'f':
                return word("false", false);
            case 'n':
                return word("null", null);
            default:
                return number();
        }
    }

    private Map<String, @Nullable Object> object(int depth) throws MalformedJsonException {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        take('{');
        skipSpace();
        if (peek() == '}') {
            at++;
            return members;
        }
        while (true) {
            skipSpace();
            String name = string();
            skipSpace();
            take(':');
            skipSpace();
            if (members.containsKey(name)) {
                throw error("each name once");
            }
            members.put(name, value(depth + 1));
            skipSpace();
            if (peek() == '}') {
                at++;
                return members;
            }
            take(',');
        }
    }

    private List<@Nullable Object> array(int depth) throws MalformedJsonException {
        List<@Nullable Object> elements = new ArrayList<>();
        take('[');
        skipSpace();
        if (peek() == ']') {
            at++;
            return elements;
        }
        while (true) {
            skipSpace();
            elements.add(value(depth + 1));
            skipSpace();
            if (peek() == ']') {
                at++;
                return elements;
            }
            take(',');
        }
    }

    private String string() throws MalformedJsonException {
        take('"');
        StringBuilder string = new StringBuilder();
        while (true) {
            char next = next();
            if (next == '"') {
                return string.toString();
            }
            if (next < ' ') {
                throw error("no control character in a string");
            }
            string.append(next == '\\' ? escaped() : next);
        }
    }

    private char escaped() throws MalformedJsonException {
        char next = next();
        switch (next) {
            case '"':
            case '\\':
            case '/':
                return next;
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'u':
                return hex();
            default:
                throw error("an escape");
        }
    }

    private char hex() throws MalformedJsonException {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            char next = next();
            int digit = next < 128 ? Character.digit(next, 16) : -1;
            if (digit < 0) {
                throw error("four hexadecimal digits");
            }
            value = value * 16 + digit;
        }
        return (char) value;
    }

    private Double number() throws MalformedJsonException {
        int start = at;
        if (peek() == '-') {
            at++;
        }
        if (peek() == '0') {
            at++;
        } else {
            digits();
        }
        if (peek() == '.') {
            at++;
            digits();
        }
        if (peek() == 'e' || peek() == 'E') {
            at++;
            if (peek() == '+' || peek() == '-') {
                at++;
            }
            digits();
        }
        return Double.valueOf(text.substring(start, at));
    }

    private void digits() throws MalformedJsonException {
        int start = at;
        while (peek() >= '0' && peek() <= '9') {
            at++;
        }
        if (at == start) {
            throw error("a digit");
        }
    }

    private @Nullable Object word(String word, @Nullable Object meaning) throws MalformedJsonException {
        if (!text.startsWith(word, at)) {
            throw error(word);
        }
        at += word.length();
        return meaning;
    }

    private void skipSpace() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    /** The next character, 0 at the end. */
    private char peek() {
        return at < text.length() ? text.charAt(at) : 0;
    }

    private char next() throws MalformedJsonException {
        if (at == text.length()) {
            throw error("more");
        }
        return text.charAt(at++);
    }

    private void take(char expected) throws MalformedJsonException {
        if (peek() != expected) {
            throw error("'" + expected + "'");
        }
        at++;
    }

    private MalformedJsonException error(String expected) {
        return new MalformedJsonException("JSON, character " + at + " (expected: " + expected + ")");
    }
}

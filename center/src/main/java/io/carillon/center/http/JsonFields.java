package io.carillon.center.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the fields of one JSON object and refuses, by name, what is wrong with them; {@link #end()} refuses what nobody
 * asked for. A null value is the same as an absent field. For one thread.
 */
final class JsonFields {
    // RFC 3339, section 5.6; java.time alone would do without seconds.
    private static final Pattern TIME = Pattern.compile(
            "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,9})?(Z|[+-]\\d\\d:\\d\\d)", Pattern.CASE_INSENSITIVE);

    private final String path;
    private final ObjectNode fields;
    private final Set<String> known = new HashSet<>();

    /** @param path of the object with a dot at its end, empty for the body itself */
    JsonFields(String path, ObjectNode fields) {
        this.path = path;
        this.fields = fields;
    }

    /** The path of a field, for messages. */
    String name(String field) {
        return path + field;
    }

    boolean has(String field) {
        return value(field) != null;
    }

    /** A text, or {@code absent} where there is none. */
    String text(String field, String absent) {
        JsonNode value = value(field);
        return value == null ? absent : textOf(name(field), value);
    }

    /** A text that must be there. */
    String text(String field) {
        JsonNode value = value(field);
        if (value == null) {
            throw invalid(field, "absent (expected: a string)");
        }
        return textOf(name(field), value);
    }

    /** A text of {@code min} to {@code max} bytes, or empty where there is none. */
    String boundedText(String field, int min, int max) {
        String text = text(field, "");
        if (has(field)) {
            int bytes = text.getBytes(StandardCharsets.UTF_8).length;
            if (bytes < min || bytes > max) {
                throw invalid(field, bytes + " bytes (expected: " + min + " to " + max + ")");
            }
        }
        return text;
    }

    /** Bytes in standard base64, which must be there. */
    byte[] base64(String field) {
        try {
            return Base64.getDecoder().decode(text(field));
        } catch (IllegalArgumentException e) {
            throw invalid(field, "not base64 (expected: the standard alphabet of RFC 4648, padded)");
        }
    }

    /** A whole number from {@code min} to {@code max}, or {@code absent} where there is none. */
    long number(String field, long min, long max, long absent) {
        JsonNode value = value(field);
        if (value == null) {
            return absent;
        }
        if (!value.isIntegralNumber()
                || !value.canConvertToLong()
                || value.longValue() < min
                || value.longValue() > max) {
            throw invalid(field, value + " (expected: a whole number from " + min + " to " + max + ")");
        }
        return value.longValue();
    }

    /** A time of RFC 3339 in milliseconds since 1970, or {@code absent} where there is none. */
    long timeMs(String field, long absent) {
        if (!has(field)) {
            return absent;
        }
        String text = text(field);
        try {
            if (TIME.matcher(text).matches()) {
                return OffsetDateTime.parse(text).toInstant().toEpochMilli();
            }
        } catch (DateTimeParseException e) {
            // Refused together with what has another form.
        }
        throw invalid(field, "not a time (expected: RFC 3339, such as 2030-01-31T08:00:00Z)");
    }

    boolean bool(String field, boolean absent) {
        JsonNode value = value(field);
        if (value == null) {
            return absent;
        }
        if (!value.isBoolean()) {
            throw invalid(field, "not a boolean (expected: true or false)");
        }
        return value.booleanValue();
    }

    /** A list of texts; null where there is none. */
    @Nullable
    List<String> texts(String field, int max) {
        List<JsonNode> values = list(field, max);
        if (values == null) {
            return null;
        }
        List<String> texts = new ArrayList<>(values.size());
        for (int i = 0; i < values.size(); i++) {
            texts.add(textOf(name(field) + "[" + i + "]", values.get(i)));
        }
        return texts;
    }

    /** A list of objects; null where there is none. */
    @Nullable
    List<JsonFields> objects(String field, int max) {
        List<JsonNode> values = list(field, max);
        if (values == null) {
            return null;
        }
        List<JsonFields> objects = new ArrayList<>(values.size());
        for (int i = 0; i < values.size(); i++) {
            String name = name(field) + "[" + i + "]";
            objects.add(new JsonFields(name + ".", objectOf(name, values.get(i))));
        }
        return objects;
    }

    /** An object that must be there. */
    JsonFields object(String field) {
        JsonNode value = value(field);
        if (value == null) {
            throw invalid(field, "absent (expected: an object)");
        }
        return new JsonFields(name(field) + ".", objectOf(name(field), value));
    }

    /** Refuses the first field that was not asked for. */
    void end() {
        for (Iterator<String> names = fields.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!known.contains(name)) {
                throw new ProblemException(
                        Problem.field(ProblemCode.UNKNOWN_FIELD, name(shown(name)), "not a field of this request"));
            }
        }
    }

    ProblemException invalid(String field, String detail) {
        return new ProblemException(Problem.field(ProblemCode.INVALID_FIELD, name(field), detail));
    }

    private @Nullable List<JsonNode> list(String field, int max) {
        JsonNode value = value(field);
        if (value == null) {
            return null;
        }
        if (!value.isArray()) {
            throw invalid(field, "not a list (expected: at most " + max + " entries)");
        }
        if (value.size() > max) {
            throw invalid(field, value.size() + " entries (expected: at most " + max + ")");
        }
        List<JsonNode> values = new ArrayList<>(value.size());
        value.forEach(values::add);
        return values;
    }

    private @Nullable JsonNode value(String field) {
        known.add(field);
        JsonNode value = fields.get(field);
        return value == null || value.isNull() ? null : value;
    }

    private static ObjectNode objectOf(String name, JsonNode value) {
        if (value instanceof ObjectNode object) {
            return object;
        }
        throw new ProblemException(
                Problem.field(ProblemCode.INVALID_FIELD, name, "not an object (expected: an object)"));
    }

    private static String textOf(String name, JsonNode value) {
        if (!value.isTextual()) {
            throw new ProblemException(
                    Problem.field(ProblemCode.INVALID_FIELD, name, "not a string (expected: a string)"));
        }
        String text = value.textValue();
        try {
            // JSON can spell half a surrogate pair, which UTF-8 can't carry.
            StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
        } catch (CharacterCodingException e) {
            throw new ProblemException(Problem.field(
                    ProblemCode.INVALID_FIELD, name, "half a surrogate pair (expected: text that UTF-8 can carry)"));
        }
        return text;
    }

    /** A name of the asker's own making, short enough to be repeated. */
    private static String shown(String name) {
        return name.length() <= 64 ? name : name.substring(0, 64) + "…";
    }
}

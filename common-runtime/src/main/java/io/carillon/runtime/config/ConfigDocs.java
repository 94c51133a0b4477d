package io.carillon.runtime.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes docs/configuration.md's tables from the records. */
public final class ConfigDocs {
    private ConfigDocs() {}

    /** A Markdown section: a heading and one row a key. {@code prefix} is "" or ends in a dot. */
    public static String section(String title, String prefix, Class<? extends Record> type) {
        StringBuilder out = new StringBuilder("## ").append(title).append("\n\n");
        out.append("| key | form | default | meaning |\n|---|---|---|---|\n");
        rows(out, prefix, type);
        return out.append('\n').toString();
    }

    private static void rows(StringBuilder out, String prefix, Class<?> type) {
        for (RecordComponent component : type.getRecordComponents()) {
            String key = prefix + ConfigLoader.key(component);
            if (ConfigLoader.isSection(component.getType())) {
                rows(out, key + ".", component.getType());
                continue;
            }
            Doc doc = component.getAnnotation(Doc.class);
            Default fallback = component.getAnnotation(Default.class);
            String form = form(component);
            String start = fallback == null
                    ? (form.startsWith("list") || form.startsWith("mapping") ? "empty" : "required")
                    : fallback.value().isEmpty() ? "empty" : "`" + fallback.value() + "`";
            out.append("| `")
                    .append(key)
                    .append("` | ")
                    .append(form)
                    .append(" | ")
                    .append(start);
            out.append(" | ").append(doc == null ? "" : doc.value()).append(" |\n");
            if (component.getType() == List.class
                    && element(component) instanceof Class<?> of
                    && ConfigLoader.isSection(of)) {
                rows(out, key + "[].", of);
            }
        }
    }

    private static Object element(RecordComponent component) {
        return ((ParameterizedType) component.getGenericType()).getActualTypeArguments()[0];
    }

    private static String form(RecordComponent component) {
        Class<?> type = component.getType();
        if (type == List.class) {
            return element(component) instanceof Class<?> of && ConfigLoader.isSection(of)
                    ? "list of mappings"
                    : "list";
        } else if (type == Map.class) {
            return "mapping";
        } else if (type == Duration.class) {
            return "duration";
        } else if (type == ByteSize.class) {
            return "size";
        } else if (type == HostPort.class) {
            return "host:port";
        } else if (type == String.class) {
            return "text";
        } else if (type == boolean.class) {
            return "true or false";
        } else if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants())
                    .map(constant ->
                            constant.toString().toLowerCase(Locale.ROOT).replace('_', '-'))
                    .collect(Collectors.joining(", "));
        }
        return "number";
    }
}

package io.carillon.runtime.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads a configuration record: a YAML file, over it the environment, below both the {@link Default}s.
 *
 * <p>The key of a component is its name in kebab case; a record inside a record is a mapping. The environment names a
 * key {@code CARILLON_} and the path in upper case, joined with underscores: {@code node.rpc-secret} is
 * {@code CARILLON_NODE_RPC_SECRET}; lists are separated by commas there. Keys that no component has are an error, in the
 * file and in the environment.
 */
public final class ConfigLoader {
    /** Variables with this prefix are configuration. */
    public static final String ENVIRONMENT_PREFIX = "CARILLON_";

    /** Used by the command itself, not configuration of a service. */
    private static final Set<String> NOT_CONFIGURATION = Set.of("CARILLON_DATA", "CARILLON_JAVA_HOME");

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    private ConfigLoader() {}

    /**
     * @param file null: none
     * @throws ConfigException naming the offender
     */
    public static <R extends Record> R load(Class<R> type, @Nullable Path file, Map<String, String> environment) {
        JsonNode tree = file == null ? MissingNode.getInstance() : read(file);
        ObjectNode merged = tree.isObject() ? (ObjectNode) tree : YAML.createObjectNode();
        Map<String, List<String>> paths = new LinkedHashMap<>();
        collectPaths(type, new ArrayList<>(), paths);
        overlay(paths, merged, environment);
        return bind(type, merged, "");
    }

    /** A named section of a file, and the record that the rest of the same file is. */
    public record Loaded<S extends Record, R extends Record>(S section, R rest) {}

    /**
     * Reads a file that holds {@code section} under {@code key} and {@code rest} beside it.
     *
     * @param file null: none
     * @throws ConfigException naming the offender
     */
    public static <S extends Record, R extends Record> Loaded<S, R> loadWithSection(
            String key, Class<S> section, Class<R> rest, @Nullable Path file, Map<String, String> environment) {
        JsonNode tree = file == null ? MissingNode.getInstance() : read(file);
        ObjectNode merged = tree.isObject() ? (ObjectNode) tree : YAML.createObjectNode();
        Map<String, List<String>> paths = new LinkedHashMap<>();
        collectPaths(section, new ArrayList<>(List.of(key)), paths);
        collectPaths(rest, new ArrayList<>(), paths);
        overlay(paths, merged, environment);
        JsonNode sectionTree = merged.has(key) ? merged.remove(key) : YAML.createObjectNode();
        if (!sectionTree.isObject()) {
            throw new ConfigException(key + ": " + sectionTree.asText() + " (expected: a mapping)");
        }
        return new Loaded<>(bind(section, sectionTree, key + "."), bind(rest, merged, ""));
    }

    /** The record with nothing given but {@code given}, written as YAML; for tests. */
    public static <R extends Record> R parse(Class<R> type, String given) {
        try {
            JsonNode tree = YAML.readTree(given);
            return bind(type, tree.isObject() ? tree : YAML.createObjectNode(), "");
        } catch (JsonProcessingException e) {
            throw new ConfigException("configuration: " + e.getOriginalMessage(), e);
        }
    }

    /** The record with nothing given. */
    public static <R extends Record> R defaults(Class<R> type) {
        return bind(type, YAML.createObjectNode(), "");
    }

    /** The key of a component. */
    static String key(RecordComponent component) {
        return component.getName().replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
    }

    private static JsonNode read(Path file) {
        try {
            JsonNode tree = YAML.readTree(Files.readString(file));
            if (tree != null && !tree.isObject() && !tree.isMissingNode() && !tree.isNull()) {
                throw new ConfigException(file + ": not a mapping (expected: key: value lines)");
            }
            return tree == null ? MissingNode.getInstance() : tree;
        } catch (JsonProcessingException e) {
            throw new ConfigException(file + ": " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new ConfigException(file + ": can't be read (" + e.getMessage() + ")", e);
        }
    }

    private static void overlay(Map<String, List<String>> paths, ObjectNode tree, Map<String, String> environment) {
        for (Map.Entry<String, String> variable : environment.entrySet()) {
            String name = variable.getKey();
            if (!name.startsWith(ENVIRONMENT_PREFIX) || NOT_CONFIGURATION.contains(name)) {
                continue;
            }
            List<String> path = paths.get(name);
            if (path == null) {
                throw new ConfigException(name + ": no such key (the environment names keys such as "
                        + paths.keySet().stream().findFirst().orElse("") + ")");
            }
            ObjectNode at = tree;
            for (String step : path.subList(0, path.size() - 1)) {
                JsonNode next = at.get(step);
                at = next instanceof ObjectNode object ? object : at.putObject(step);
            }
            at.put(path.get(path.size() - 1), variable.getValue());
        }
    }

    private static void collectPaths(Class<?> type, List<String> prefix, Map<String, List<String>> into) {
        for (RecordComponent component : type.getRecordComponents()) {
            List<String> path = new ArrayList<>(prefix);
            path.add(key(component));
            if (isSection(component.getType())) {
                collectPaths(component.getType(), path, into);
            } else {
                String name = ENVIRONMENT_PREFIX
                        + String.join("_", path).replace('-', '_').toUpperCase(Locale.ROOT);
                into.put(name, path);
            }
        }
    }

    /** A record that is a mapping in the file, as against one that is written as one value. */
    static boolean isSection(Class<?> type) {
        return type.isRecord() && type != ByteSize.class && type != HostPort.class;
    }

    private static <R> R bind(Class<R> type, JsonNode tree, String path) {
        RecordComponent[] components = type.getRecordComponents();
        Set<String> known =
                Arrays.stream(components).map(ConfigLoader::key).collect(Collectors.toCollection(TreeSet::new));
        tree.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                throw new ConfigException(
                        path + name + ": no such key (expected: one of " + String.join(", ", known) + ")");
            }
        });
        Object[] values = new Object[components.length];
        Class<?>[] types = new Class<?>[components.length];
        for (int i = 0; i < components.length; i++) {
            types[i] = components[i].getType();
            values[i] = component(components[i], tree.path(key(components[i])), path + key(components[i]));
        }
        try {
            var constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            Throwable cause = e.getCause();
            if (cause instanceof IllegalArgumentException refused) {
                throw new ConfigException(path + refused.getMessage(), refused);
            }
            throw new ConfigException(path + type.getSimpleName() + ": " + cause, e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("configuration record " + type.getName(), e);
        }
    }

    private static Object component(RecordComponent component, JsonNode given, String path) {
        Class<?> type = component.getType();
        JsonNode node = given;
        if (node.isMissingNode() || node.isNull()) {
            Default fallback = component.getAnnotation(Default.class);
            if (fallback != null) {
                node = TextNode.valueOf(fallback.value());
            } else if (type == List.class || type == Map.class || isSection(type)) {
                node = YAML.createObjectNode();
            } else {
                Doc doc = component.getAnnotation(Doc.class);
                throw new ConfigException(path + ": missing" + (doc == null ? "" : " (" + doc.value() + ")"));
            }
        }
        return value(component.getGenericType(), node, path);
    }

    private static Object value(Type generic, JsonNode node, String path) {
        if (generic instanceof ParameterizedType parameterized) {
            Type[] arguments = parameterized.getActualTypeArguments();
            return parameterized.getRawType() == Map.class ? map(node, path) : list(arguments[0], node, path);
        }
        Class<?> type = (Class<?>) generic;
        if (isSection(type)) {
            if (!node.isObject()) {
                throw new ConfigException(path + ": " + node.asText() + " (expected: a mapping)");
            }
            return bind(type, node, path + ".");
        }
        if (node.isContainerNode()) {
            throw new ConfigException(path + ": a " + (node.isArray() ? "list" : "mapping") + " (expected: one value)");
        }
        return scalar(type, node.asText(), path);
    }

    private static List<Object> list(Type element, JsonNode node, String path) {
        List<Object> values = new ArrayList<>();
        if (node.isTextual()) {
            for (String part : node.asText().split(",", -1)) {
                if (!part.isBlank()) {
                    values.add(value(element, TextNode.valueOf(part.trim()), path));
                }
            }
        } else if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) {
                values.add(value(element, node.get(i), path + "[" + i + "]"));
            }
        } else if (!node.isEmpty() || !node.isObject()) {
            throw new ConfigException(path + ": " + node.asText() + " (expected: a list)");
        }
        return List.copyOf(values);
    }

    private static Map<String, String> map(JsonNode node, String path) {
        Map<String, String> values = new LinkedHashMap<>();
        if (!node.isObject()) {
            throw new ConfigException(path + ": " + node.asText() + " (expected: a mapping)");
        }
        node.properties()
                .forEach(entry -> values.put(entry.getKey(), entry.getValue().asText()));
        return Map.copyOf(values);
    }

    private static Object scalar(Class<?> type, String text, String path) {
        try {
            if (type == String.class) {
                return text;
            } else if (type == int.class) {
                return Integer.parseInt(text.trim());
            } else if (type == long.class) {
                return Long.parseLong(text.trim());
            } else if (type == double.class) {
                return Double.parseDouble(text.trim());
            } else if (type == boolean.class) {
                return bool(text.trim());
            } else if (type == Duration.class) {
                return Durations.parse(text);
            } else if (type == ByteSize.class) {
                return ByteSize.parse(text);
            } else if (type == HostPort.class) {
                return HostPort.parse(text.trim());
            } else if (type.isEnum()) {
                return constant(type, text.trim());
            }
        } catch (NumberFormatException e) {
            throw new ConfigException(path + ": " + text + " (expected: a number)", e);
        } catch (IllegalArgumentException e) {
            throw new ConfigException(path + ": " + e.getMessage(), e);
        }
        throw new IllegalStateException(path + ": configuration can't hold a " + type.getName());
    }

    private static boolean bool(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException(text + " (expected: true or false)");
        };
    }

    private static Object constant(Class<?> type, String text) {
        for (Object constant : type.getEnumConstants()) {
            if (constant.toString().replace('_', '-').equalsIgnoreCase(text.replace('_', '-'))) {
                return constant;
            }
        }
        String names = Arrays.stream(type.getEnumConstants())
                .map(constant -> constant.toString().toLowerCase(Locale.ROOT).replace('_', '-'))
                .collect(Collectors.joining(", "));
        throw new IllegalArgumentException(text + " (expected: one of " + names + ")");
    }
}

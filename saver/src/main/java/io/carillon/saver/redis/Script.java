package io.carillon.saver.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The one script, joined of its parts; what it does and answers is written in them. */
final class Script {
    private static final List<String> PARTS =
            List.of("common.lua", "put.lua", "take.lua", "manage.lua", "care.lua", "main.lua");

    private Script() {}

    static byte[] source() {
        StringBuilder source = new StringBuilder(24_000);
        for (String part : PARTS) {
            source.append(read(part)).append('\n');
        }
        return source.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static String read(String part) {
        try (InputStream in = Script.class.getResourceAsStream(part)) {
            if (in == null) {
                throw new IllegalStateException("script part " + part + " is missing (expected: beside Script.class)");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

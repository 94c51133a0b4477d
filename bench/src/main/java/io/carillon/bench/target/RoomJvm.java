package io.carillon.bench.target;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The flags of a room's JVM: those that are shipped, with another collector where that is asked for. The heap is smaller,
 * and not touched beforehand, so that a resident size says something.
 *
 * @param gc {@code zgc} or {@code g1}
 * @param shipped lines of the options file
 */
public record RoomJvm(String gc, String heap, List<String> shipped, List<String> added) {
    public RoomJvm {
        if (!gc.equals("zgc") && !gc.equals("g1")) {
            throw new IllegalArgumentException("gc: " + gc + " (expected: zgc or g1)");
        }
        shipped = List.copyOf(shipped);
        added = List.copyOf(added);
    }

    /** @param file such as {@code jvm/room.options} */
    public static RoomJvm of(Path file, String gc, String heap, List<String> added) throws IOException {
        List<String> lines = Files.readAllLines(file).stream()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
        return new RoomJvm(gc, heap, lines, added);
    }

    List<String> options() {
        List<String> options = new ArrayList<>();
        for (String option : shipped) {
            boolean replaced = option.matches("-XX:\\+Use(Z|G1|Parallel|Serial|Shenandoah)GC")
                    || option.startsWith("-Xmx")
                    || option.startsWith("-Xms")
                    || option.endsWith("AlwaysPreTouch");
            if (!replaced) {
                options.add(option);
            }
        }
        options.add(gc.equals("zgc") ? "-XX:+UseZGC" : "-XX:+UseG1GC");
        options.add("-Xmx" + heap);
        options.addAll(added);
        return options;
    }
}

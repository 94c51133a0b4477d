package io.carillon.bench.command;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.carillon.bench.inject.AnswerDesk;
import io.carillon.bench.report.Conditions;
import io.carillon.bench.report.HtmlReport;
import io.carillon.bench.report.ResultTable;
import io.carillon.bench.scenario.MillionRun;
import io.carillon.bench.scenario.MillionSpec;
import io.carillon.bench.simulated.SimulatedRoom;
import io.carillon.bench.target.BareRoom;
import io.carillon.bench.target.RoomJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code carillon bench million}. */
@Command(
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "A million logged-in connections in one bare room, without their sockets: channels in the room's own process whose",
            "far ends are simulated. Heap and RSS a connection, what heartbeats cost, and the collector's pauses while messages",
            "are delivered and connections come and go. Every delivery is checked. Exit 0 when every check holds."
        })
public final class MillionCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(names = "--connections", defaultValue = "1000000", description = "connections (default: 1000000)")
    private int connections;

    @Option(
            names = "--memory-from",
            defaultValue = "0",
            description = "connections at which memory is looked at first (default: a tenth)")
    private int memoryFrom;

    @Option(names = "--rate", defaultValue = "10000", description = "messages a second (default: 10000)")
    private double rate;

    @Option(
            names = "--flap-rate",
            defaultValue = "1000",
            description = "connections a second that leave and come back (default: 1000)")
    private double flapRate;

    @Option(names = "--share", defaultValue = "0.1", description = "share of those that do so (default: 0.1)")
    private double share;

    @Option(names = "--bytes", defaultValue = "256", description = "payload of a message (default: 256)")
    private int bytes;

    @Option(names = "--ping", defaultValue = "240s", description = "between two pings of a device (default: 240s)")
    private Duration ping = Duration.ZERO;

    @Option(names = "--time", defaultValue = "60s", description = "how long is measured (default: 60s)")
    private Duration time = Duration.ZERO;

    @Option(names = "--warm-up", defaultValue = "20s", description = "traffic before that (default: 20s)")
    private Duration warmUp = Duration.ZERO;

    @Option(names = "--gc", defaultValue = "zgc", description = "the room's collector, zgc or g1 (default: zgc)")
    private String gc = "";

    @Option(names = "--heap", defaultValue = "6g", description = "its heap (default: 6g)")
    private String heap = "";

    @Option(
            names = "--jvm-options",
            paramLabel = "FILE",
            description = "its JVM flags (default: those that are shipped, jvm/room.options)")
    private @Nullable Path jvmOptions;

    @Option(names = "--jvm-add", paramLabel = "FLAG", description = "a further flag of its JVM; may be given again")
    private List<String> added = new ArrayList<>();

    @Option(names = "--json", paramLabel = "FILE", description = "writes conditions, results and series there")
    private @Nullable Path json;

    @Option(names = "--html", paramLabel = "FILE", description = "writes a page with plots there; it opens offline")
    private @Nullable Path html;

    @Override
    public Integer call() throws IOException, InterruptedException {
        MillionSpec million = new MillionSpec(
                connections,
                memoryFrom == 0 ? Math.max(1, connections / 10) : memoryFrom,
                time,
                warmUp,
                bytes,
                rate,
                flapRate,
                share,
                ping);
        Path directory = Files.createTempDirectory("carillon-bench");
        RoomJvm jvm = RoomJvm.of(jvmOptions == null ? ServerOptions.shippedJvmOptions() : jvmOptions, gc, heap, added);
        ObjectNode report = JsonNodeFactory.instance.objectNode();
        report.set("conditions", Conditions.read());
        ArrayNode runs = report.putArray("runs");
        String secret = BareRoom.newSecret();
        try (AnswerDesk answers = new AnswerDesk(secret);
                BareRoom room = BareRoom.start(
                        directory, jvm, null, secret, answers.port(), answers::acks, SimulatedRoom.class)) {
            Thread stop = new Thread(room::close, "stop");
            Runtime.getRuntime().addShutdownHook(stop);
            report.putArray("servers")
                    .addObject()
                    .put("name", room.name())
                    .put("command", String.join(" ", room.command()));
            runs.add(MillionRun.run(million, room, directory, spec.commandLine().getErr()::println));
        }
        if (json != null) {
            Files.writeString(json, report.toPrettyString() + "\n");
        }
        if (html != null) {
            Files.writeString(html, HtmlReport.page(report));
        }
        ResultTable.lines(List.of(runs.get(0))).forEach(spec.commandLine().getOut()::println);
        return runs.get(0).at("/checks/holds").asBoolean() ? 0 : 1;
    }
}

package io.carillon.bench.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.carillon.bench.report.Conditions;
import io.carillon.bench.report.HtmlReport;
import io.carillon.bench.report.Ratios;
import io.carillon.bench.report.ResultTable;
import io.carillon.bench.scenario.ScenarioFile;
import io.carillon.bench.scenario.ScenarioRun;
import io.carillon.bench.scenario.ScenarioSpec;
import io.carillon.bench.target.ServerProcess;
import io.carillon.bench.wire.TlsKind;
import io.carillon.runtime.config.Durations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code carillon bench SCENARIO} and {@code carillon bench run --scenarios FILE}. */
@Command(
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Drives one server, or several in turn, and checks every delivery: none lost, none twice, none of another's.",
            "Exit 0 when every check holds."
        })
public final class RunCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    private final ScenarioSpec.@Nullable Kind kind;

    @ArgGroup(exclusive = false, heading = "%nServers:%n")
    private ServerOptions servers = new ServerOptions();

    @Mixin
    private LoadOptions load = new LoadOptions();

    @Option(
            names = "--scenarios",
            paramLabel = "FILE",
            description = "YAML with a list `scenarios`, instead of one kind")
    private @Nullable Path file;

    @Option(
            names = "--repeat",
            defaultValue = "1",
            description = "how often each scenario is done, servers in turn; figures are medians (default: 1)")
    private int repeat;

    @Option(names = "--json", paramLabel = "FILE", description = "writes conditions, results and series there")
    private @Nullable Path json;

    @Option(names = "--html", paramLabel = "FILE", description = "writes a page with plots there; it opens offline")
    private @Nullable Path html;

    /** Load that overrides a scenario's own. */
    static final class LoadOptions {
        @Option(names = "--connections", description = "connections, all together")
        private @Nullable Integer connections;

        @Option(names = "--time", paramLabel = "DURATION", description = "how long is measured, such as 20s")
        private @Nullable Duration time;

        @Option(names = "--warm-up", paramLabel = "DURATION", description = "before that")
        private @Nullable Duration warmUp;

        @Option(names = "--bytes", description = "payload of a message")
        private @Nullable Integer bytes;

        @Option(names = "--qos", description = "1: acknowledged, 0: not")
        private @Nullable Integer qos;

        @Option(names = "--rate", description = "messages a second; 0: as many as can be")
        private @Nullable Double rate;

        @Option(names = "--in-flight", description = "messages under way where there is no rate")
        private @Nullable Integer inFlight;

        @Option(names = "--users-per-request", description = "users that a request to a fleet names")
        private @Nullable Integer usersPerRequest;

        @Option(names = "--outstanding", description = "broadcasts under way")
        private @Nullable Integer outstanding;

        @Option(names = "--ping", paramLabel = "DURATION", description = "between two pings of a device; 0s: none")
        private @Nullable Duration ping;

        @Option(names = "--rounds", description = "how often all connect anew")
        private @Nullable Integer rounds;

        @Option(names = "--share", description = "share of devices that are cut, flap, or don't read")
        private @Nullable Double share;

        @Option(
                names = "--first-device",
                paramLabel = "N",
                description =
                        "number of the first device, where several load machines drive a fleet; `merge` adds up their --json")
        private @Nullable Integer firstDevice;

        @Option(
                names = "--tls",
                arity = "0..1",
                fallbackValue = "full",
                paramLabel = "KIND",
                description = "TLS 1.3. full, or no word: each login with a full handshake; "
                        + "resumed: who was connected before resumes its session")
        private @Nullable TlsKind tls;

        ScenarioSpec.Given given() {
            return new ScenarioSpec.Given(
                    connections,
                    time,
                    warmUp,
                    bytes,
                    qos,
                    rate,
                    inFlight,
                    usersPerRequest,
                    outstanding,
                    ping,
                    rounds,
                    share,
                    firstDevice,
                    tls);
        }
    }

    /** Reads what {@code --tls} is given. */
    public static final class TlsConverter implements ITypeConverter<TlsKind> {
        @Override
        public TlsKind convert(String value) {
            try {
                return TlsKind.of(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    /** Reads {@code 20s} and the like. */
    public static final class DurationConverter implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String value) {
            return Durations.parse(value);
        }
    }

    /** @param kind null: {@code --scenarios} says what is done */
    public RunCommand(ScenarioSpec.@Nullable Kind kind) {
        this.kind = kind;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<ScenarioSpec> scenarios = scenarios();
        Path directory = Files.createTempDirectory("carillon-bench");
        List<ObjectNode> runs = new ArrayList<>();
        ObjectNode report = JsonNodeFactory.instance.objectNode();
        report.set("conditions", Conditions.read());
        Thread stop = new Thread(servers::close, "stop");
        Runtime.getRuntime().addShutdownHook(stop);
        try {
            List<ServerProcess> started =
                    servers.start(directory, scenarios.stream().anyMatch(one -> one.tls() != TlsKind.NONE));
            ArrayNode commands = report.putArray("servers");
            started.forEach(server ->
                    commands.addObject().put("name", server.name()).put("command", String.join(" ", server.command())));
            for (int i = 0; i < repeat; i++) {
                for (ScenarioSpec scenario : scenarios) {
                    for (ServerProcess server : started) {
                        runs.add(ScenarioRun.run(
                                scenario,
                                server,
                                directory.resolve("load.log"),
                                spec.commandLine().getErr()::println));
                    }
                }
            }
        } finally {
            servers.close();
            report.putArray("runs").addAll(runs);
            write(report);
        }
        ResultTable.lines(runs).forEach(this::say);
        report.path("ratios")
                .forEach(ratio -> say(String.format(
                        Locale.ROOT,
                        "%s, %s: %s %,.1f, %s %,.1f, ratio %.2f",
                        ratio.path("kind").asText(),
                        ratio.path("figure").asText(),
                        ratio.path("server").asText(),
                        ratio.path("value").asDouble(),
                        ratio.path("peer").asText(),
                        ratio.path("peer_value").asDouble(),
                        ratio.path("ratio").asDouble())));
        return runs.stream().allMatch(run -> run.at("/checks/holds").asBoolean()) ? 0 : 1;
    }

    private List<ScenarioSpec> scenarios() throws IOException {
        if (file != null) {
            return ScenarioFile.read(file).scenarios();
        }
        if (kind == null) {
            throw new IOException("nothing to do (expected: --scenarios FILE)");
        }
        return List.of(ScenarioFile.ofKind(kind).with(load.given()));
    }

    private void write(ObjectNode report) throws IOException {
        report.set("ratios", Ratios.of(List.copyOf(list(report))));
        if (json != null) {
            Files.writeString(json, report.toPrettyString() + "\n");
        }
        if (html != null) {
            Files.writeString(html, HtmlReport.page(report));
        }
    }

    private static List<JsonNode> list(ObjectNode report) {
        List<JsonNode> runs = new ArrayList<>();
        report.path("runs").forEach(runs::add);
        return runs;
    }

    private void say(String line) {
        spec.commandLine().getOut().println(line);
    }
}

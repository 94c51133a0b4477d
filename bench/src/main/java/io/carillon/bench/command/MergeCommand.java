package io.carillon.bench.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.carillon.bench.report.HtmlReport;
import io.carillon.bench.report.Merge;
import io.carillon.bench.report.ResultTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code carillon bench merge}. */
@Command(
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "One table of what several load machines wrote with --json: rates summed, histograms merged. Each had devices of",
            "its own (--first-device). Exit 0 when every check of every machine holds."
        })
public final class MergeCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Parameters(arity = "2..*", paramLabel = "FILE", description = "the reports, two or more")
    private List<Path> files = List.of();

    @Option(names = "--json", paramLabel = "FILE", description = "writes the merged report there")
    private @Nullable Path json;

    @Option(names = "--html", paramLabel = "FILE", description = "writes a page there; it opens offline")
    private @Nullable Path html;

    @Override
    public Integer call() throws IOException {
        Map<String, JsonNode> reports = new LinkedHashMap<>();
        for (Path file : files) {
            if (reports.put(file.toString(), new ObjectMapper().readTree(file.toFile())) != null) {
                throw new IOException(file + ": named twice (expected: a report of each machine)");
            }
        }
        ObjectNode merged = Merge.of(reports);
        if (json != null) {
            Files.writeString(json, merged.toPrettyString() + "\n");
        }
        if (html != null) {
            Files.writeString(html, HtmlReport.page(merged));
        }
        List<JsonNode> runs = new ArrayList<>();
        merged.path("runs").forEach(runs::add);
        ResultTable.lines(runs).forEach(spec.commandLine().getOut()::println);
        return runs.stream().allMatch(run -> run.at("/checks/holds").asBoolean()) ? 0 : 1;
    }
}

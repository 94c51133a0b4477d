package io.carillon.bench.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** A page with the conditions, the results and plots over time; library and data stand in it, so that it opens offline. */
public final class HtmlReport {
    private static final String PLOT = "/META-INF/resources/webjars/chartjs/4.4.3/dist/chart.umd.js";

    private HtmlReport() {}

    public static String page(ObjectNode report) throws IOException {
        // In a script element only "</" could end it; JSON may write the slash with a backslash.
        String data = report.toString().replace("</", "<\\/");
        return read("report.html")
                .replace("/*PLOT*/", read(PLOT))
                .replace("/*REPORT*/", read("report.js"))
                .replace("\"DATA\"", data);
    }

    private static String read(String resource) throws IOException {
        try (InputStream in = HtmlReport.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IOException(resource + " is missing in the load tool");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}

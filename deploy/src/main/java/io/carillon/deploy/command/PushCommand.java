package io.carillon.deploy.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.carillon.deploy.fleet.Centers;
import io.carillon.deploy.fleet.FleetException;
import io.carillon.deploy.http.CenterClient;
import io.carillon.deploy.http.CenterException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code carillon push}. */
@Command(
        name = "push",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Sends a message through POST /v1/messages and prints the answer.",
            "Exit 0 only if it was stored (or, at QoS 0, sent) for every user."
        })
public final class PushCommand implements Callable<Integer> {
    @Mixin
    private final FleetOption option = new FleetOption();

    @Option(names = "--user", paramLabel = "U", required = true, description = "receiver; may be given several times")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private List<String> users;

    @Option(names = "--ttl", paramLabel = "SECONDS", description = "how long it is kept")
    private @Nullable Integer ttlSeconds;

    @Option(names = "--qos", paramLabel = "0|1", description = "0: not stored, delivered at once or dropped")
    private @Nullable Integer qos;

    @Option(names = "--collapse-key", paramLabel = "K", description = "replaces the pending message of this key")
    private @Nullable String collapseKey;

    @Option(names = "--durability", paramLabel = "mysql|redis", description = "what the answer waits for")
    private @Nullable String durability;

    @Option(names = "--idempotency-key", paramLabel = "K", description = "a repetition with it is not sent twice")
    private @Nullable String idempotencyKey;

    @Parameters(paramLabel = "TEXT", description = "the payload")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String text;

    @Override
    public Integer call() throws FleetException, CenterException, InterruptedException {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        users.forEach(body.putObject("to").putArray("users")::add);
        body.put("payload", text);
        putUnlessNull(body, "ttl_seconds", ttlSeconds);
        putUnlessNull(body, "qos", qos);
        putUnlessNull(body, "collapse_key", collapseKey);
        putUnlessNull(body, "durability", durability);
        try (CenterClient center = Centers.ofApp(option.fleet().state())) {
            CenterClient.Answer answer = center.post("/v1/messages", body, idempotencyKey);
            ApiCall.print(answer);
            return allTaken(answer.body()) ? 0 : 1;
        }
    }

    private static boolean allTaken(JsonNode body) {
        for (JsonNode result : body.path("results")) {
            String status = result.path("status").asText();
            if (!status.equals("stored") && !status.equals("sent")) {
                return false;
            }
        }
        return true;
    }

    private static void putUnlessNull(ObjectNode body, String key, @Nullable Object value) {
        if (value != null) {
            body.putPOJO(key, value);
        }
    }
}

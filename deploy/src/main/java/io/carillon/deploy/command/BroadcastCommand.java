package io.carillon.deploy.command;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.carillon.deploy.fleet.FleetException;
import io.carillon.deploy.fleet.FleetState;
import io.carillon.deploy.http.CenterClient;
import io.carillon.deploy.http.CenterException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code carillon broadcast}. */
@Command(
        name = "broadcast",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Sends a message to everybody, or to those with tags, through POST /v1/broadcasts, and prints its id.",
            "With --wait exit 0 only if it finished."
        })
public final class BroadcastCommand implements Callable<Integer> {
    @Mixin
    private final FleetOption option = new FleetOption();

    @Mixin
    private final AppOption app = new AppOption();

    @Option(names = "--tags-any", paramLabel = "TAG,…", split = ",", description = "those with one of these tags")
    private @Nullable List<String> tagsAny;

    @Option(names = "--tags-all", paramLabel = "TAG,…", split = ",", description = "those with all of these tags")
    private @Nullable List<String> tagsAll;

    @Option(names = "--tags-none", paramLabel = "TAG,…", split = ",", description = "those with none of these tags")
    private @Nullable List<String> tagsNone;

    @Option(names = "--rate", paramLabel = "N", description = "deliveries a second over the whole cluster")
    private @Nullable Integer ratePerSecond;

    @Option(names = "--ttl", paramLabel = "SECONDS", description = "how long those who connect later get it")
    private @Nullable Integer ttlSeconds;

    @Option(names = "--send-at", paramLabel = "TIME", description = "when to start, such as 2030-01-31T08:00:00Z")
    private @Nullable String sendAt;

    @Option(names = "--parallel", description = "does not wait for the app's other broadcasts")
    private boolean parallel;

    @Option(names = "--idempotency-key", paramLabel = "K", description = "a repetition with it is the same broadcast")
    private @Nullable String idempotencyKey;

    @Option(names = "--dry-run", description = "sends nothing, and prints how many are meant")
    private boolean dryRun;

    @Option(names = "--wait", description = "follows it until it has finished")
    private boolean wait;

    @Parameters(paramLabel = "TEXT", description = "the payload")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String text;

    @Override
    public Integer call() throws FleetException, CenterException, InterruptedException {
        FleetState state = option.fleet().state();
        try (CenterClient center = app.center(state)) {
            CenterClient.Answer answer = center.post("/v1/broadcasts", body(), idempotencyKey);
            if (dryRun) {
                return ApiCall.print(answer);
            }
            if (!answer.ok()) {
                throw new CenterException(answer.problem());
            }
            String id = answer.body().path("broadcast_id").asText();
            System.out.println(id);
            boolean done = !wait || new BroadcastWatch(center, option.progress()).untilOver(id);
            return done ? 0 : 1;
        }
    }

    private ObjectNode body() {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("payload", text);
        ObjectNode audience = body.putObject("audience");
        putUnlessNull(audience, "tags_any", tagsAny);
        putUnlessNull(audience, "tags_all", tagsAll);
        putUnlessNull(audience, "tags_none", tagsNone);
        if (audience.isEmpty()) {
            audience.put("all", true);
        }
        putUnlessNull(body, "rate_per_second", ratePerSecond);
        putUnlessNull(body, "ttl_seconds", ttlSeconds);
        if (sendAt != null) {
            body.put("send_at", sendAt);
        }
        if (parallel) {
            body.put("parallel", true);
        }
        if (dryRun) {
            body.put("dry_run", true);
        }
        return body;
    }

    private static void putUnlessNull(ObjectNode body, String key, @Nullable List<String> values) {
        if (values != null) {
            values.forEach(body.putArray(key)::add);
        }
    }

    private static void putUnlessNull(ObjectNode body, String key, @Nullable Integer value) {
        if (value != null) {
            body.put(key, value);
        }
    }
}

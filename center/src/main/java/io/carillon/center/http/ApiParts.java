package io.carillon.center.http;

import com.linecorp.armeria.server.HttpService;
import io.carillon.center.app.AppCounters;
import io.carillon.center.app.AppDirectory;
import io.carillon.center.app.AppRows;
import io.carillon.center.app.ClientTokens;
import io.carillon.center.app.Credentials;
import io.carillon.center.app.Quotas;
import io.carillon.center.broadcast.AudienceCounter;
import io.carillon.center.broadcast.BroadcastPost;
import io.carillon.center.fleet.Fleet;
import io.carillon.center.fleet.SaverClient;
import io.carillon.center.kick.FilterKick;
import io.carillon.center.kick.UserKick;
import io.carillon.center.message.MessagePost;
import io.carillon.center.move.RoomMoves;
import io.carillon.center.route.Router;
import java.time.Clock;
import java.time.Instant;

/**
 * What the API is made of.
 *
 * @param adminKey of the operator, never empty
 * @param center the name of this process
 * @param health served at /healthz
 * @param readiness served at /readyz
 * @param metrics served at /metrics
 */
public record ApiParts(
        MessagePost post,
        BroadcastPost broadcasts,
        AudienceCounter audiences,
        Router router,
        SaverClient savers,
        Fleet fleet,
        AppDirectory apps,
        AppRows rows,
        Quotas quotas,
        AppCounters counters,
        ClientTokens tokens,
        Credentials credentials,
        UserKick userKick,
        FilterKick filterKick,
        RoomMoves moves,
        String adminKey,
        String center,
        Clock clock,
        Instant startedAt,
        HttpService health,
        HttpService readiness,
        HttpService metrics) {
    public ApiParts {
        if (adminKey.isEmpty()) {
            throw new IllegalArgumentException("admin-key: none (expected: one, there is no default)");
        }
    }
}

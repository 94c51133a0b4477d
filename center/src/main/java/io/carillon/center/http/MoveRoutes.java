package io.carillon.center.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import io.carillon.center.move.RoomMoves;
import io.carillon.contract.MoveKind;
import io.carillon.contract.MoveRequest;
import io.carillon.contract.MoveResponse;
import io.carillon.contract.MoveState;
import io.carillon.runtime.discovery.NodeRecord;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** {@code /admin/v1}: clients that are had to leave a room, all or some. */
final class MoveRoutes {
    private static final int ROOMS_MAX = 1_000;
    private static final int ALL = 100;
    private static final String DEFAULT_POOL = "default";

    private final RoomMoves moves;

    MoveRoutes(RoomMoves moves) {
        this.moves = moves;
    }

    List<ApiRoute> routes() {
        return List.of(
                new ApiRoute(HttpMethod.POST, "/admin/v1/nodes/{name}/drain", Access.ADMIN, this::drain),
                new ApiRoute(HttpMethod.GET, "/admin/v1/nodes/{name}/drain", Access.ADMIN, this::drainProgress),
                new ApiRoute(HttpMethod.POST, "/admin/v1/rebalance", Access.ADMIN, this::rebalance),
                new ApiRoute(HttpMethod.GET, "/admin/v1/rebalance", Access.ADMIN, this::rebalanceProgress),
                new ApiRoute(HttpMethod.DELETE, "/admin/v1/rebalance", Access.ADMIN, this::cancel));
    }

    // ---- drain
    // -------------------------------------------------------------------------------------------------------

    private CompletableFuture<HttpResponse> drain(ApiRequest request) {
        boolean force = false;
        if (request.body().length > 0) {
            JsonFields fields = Json.read(request.body());
            force = fields.bool("force", false);
            fields.end();
        }
        NodeRecord room = room(request);
        boolean alone =
                moves.open(room.pool()).stream().allMatch(other -> other.name().equals(room.name()));
        if (alone && !force && !room.draining()) {
            throw notDrainable(
                    room.name(),
                    "is the only room of pool " + room.pool()
                            + " that takes clients (expected: another one, or force)");
        }
        return moves.order(room, MoveRequest.newBuilder().setKind(MoveKind.MOVE_KIND_DRAIN))
                .thenApply(answer -> {
                    if (!answer.getAccepted()) {
                        throw notDrainable(room.name(), answer.getReason());
                    }
                    return Json.answer(HttpStatus.ACCEPTED, drain(room.name(), answer));
                });
    }

    private CompletableFuture<HttpResponse> drainProgress(ApiRequest request) {
        NodeRecord room = room(request);
        return moves.order(room, MoveRequest.newBuilder())
                .thenApply(answer -> Json.ok(drain(
                        room.name(),
                        answer.getKind() == MoveKind.MOVE_KIND_DRAIN
                                ? answer
                                : MoveResponse.newBuilder()
                                        .setConnections(answer.getConnections())
                                        .setLimitSeconds(answer.getLimitSeconds())
                                        .build())));
    }

    private NodeRecord room(ApiRequest request) {
        String name = request.path("name");
        NodeRecord node = moves.node(name)
                .orElseThrow(() -> new ProblemException(Problem.of(
                        ProblemCode.NOT_FOUND,
                        "name: " + name + " (expected: the name of a node; see /admin/v1/nodes)")));
        if (!node.role().equals("room")) {
            throw notDrainable(
                    name, "is a " + node.role() + " (expected: a room; others have no clients to send away)");
        }
        return node;
    }

    private static ProblemException notDrainable(String name, String why) {
        return new ProblemException(Problem.of(ProblemCode.NOT_DRAINABLE, name + ": " + why));
    }

    private static ObjectNode drain(String name, MoveResponse move) {
        ObjectNode body = Json.object().put("node", name);
        putMove(body, move);
        return body.put("limit_seconds", Integer.toUnsignedLong(move.getLimitSeconds()));
    }

    // ---- rebalance
    // ---------------------------------------------------------------------------------------------------

    private CompletableFuture<HttpResponse> rebalance(ApiRequest request) {
        JsonFields fields = Json.read(request.body());
        List<String> to = fields.texts("to", ROOMS_MAX);
        List<String> from = fields.texts("from", ROOMS_MAX);
        String pool = fields.text("pool", DEFAULT_POOL);
        int percent = (int) fields.number("percent", 1, ALL, 0);
        List<NodeRecord> open = moves.open(pool);
        if (to == null || to.isEmpty()) {
            throw fields.invalid("to", "none (expected: the names of rooms that are to get clients)");
        }
        List<NodeRecord> targets = named(fields, "to", to, open, pool);
        List<NodeRecord> sources = (from == null ? open : named(fields, "from", from, open, pool))
                .stream().filter(room -> !to.contains(room.name())).toList();
        fields.end();
        if (sources.isEmpty()) {
            throw fields.invalid("from", "no room that could give clients (expected: one that is not in to)");
        }
        return moves.rebalance(sources, targets, percent).thenApply(said -> {
            for (RoomMoves.Progress one : said) {
                if (one.move() != null && !one.move().getAccepted()) {
                    throw new ProblemException(Problem.of(
                            ProblemCode.CONFLICT, one.room() + ": " + one.move().getReason()));
                }
            }
            return Json.answer(HttpStatus.ACCEPTED, rebalance(said));
        });
    }

    private static List<NodeRecord> named(
            JsonFields fields, String field, List<String> names, List<NodeRecord> open, String pool) {
        List<NodeRecord> found =
                open.stream().filter(room -> names.contains(room.name())).toList();
        for (String name : names) {
            if (found.stream().noneMatch(room -> room.name().equals(name))) {
                throw fields.invalid(field, name + " (expected: a room of pool " + pool + " that takes clients)");
            }
        }
        return found;
    }

    private CompletableFuture<HttpResponse> rebalanceProgress(ApiRequest request) {
        return moves.progress().thenApply(said -> Json.ok(rebalance(said)));
    }

    private CompletableFuture<HttpResponse> cancel(ApiRequest request) {
        return moves.cancelRebalances().thenApply(said -> Json.ok(rebalance(said)));
    }

    private static ObjectNode rebalance(List<RoomMoves.Progress> said) {
        List<RoomMoves.Progress> moving =
                said.stream().filter(RoomMoves.Progress::rebalances).toList();
        ObjectNode body = Json.object().put("state", state(moving));
        body.put("planned", sum(moving, MoveResponse::getPlanned));
        body.put("asked", sum(moving, MoveResponse::getAsked));
        body.put("closed", sum(moving, MoveResponse::getClosed));
        ArrayNode rooms = body.putArray("rooms");
        for (RoomMoves.Progress one : said) {
            if (one.move() == null) {
                rooms.addObject().put("node", one.room()).put("state", "unknown");
            } else if (one.rebalances()) {
                ObjectNode room = rooms.addObject().put("node", one.room());
                putMove(room, one.move());
                one.move().getToList().forEach(room.putArray("to")::add);
            }
        }
        return body;
    }

    private static long sum(List<RoomMoves.Progress> of, ToLongFunction<MoveResponse> field) {
        return of.stream()
                .mapToLong(one -> one.move() == null ? 0 : field.applyAsLong(one.move()))
                .sum();
    }

    /** Running while any does; cancelled where any was; none where there is none to speak of. */
    private static String state(List<RoomMoves.Progress> moving) {
        String worst = "none";
        for (RoomMoves.Progress one : moving) {
            String state = state(one.move());
            if (state.equals("running")
                    || worst.equals("none")
                    || (worst.equals("done") && state.equals("cancelled"))) {
                worst = worst.equals("running") ? worst : state;
            }
        }
        return worst;
    }

    private static String state(@Nullable MoveResponse move) {
        if (move == null || move.getState() == MoveState.MOVE_STATE_UNSPECIFIED) {
            return "none";
        }
        return move.getState().name().substring("MOVE_STATE_".length()).toLowerCase(Locale.ROOT);
    }

    private static void putMove(ObjectNode body, MoveResponse move) {
        body.put("state", state(move))
                .put("planned", move.getPlanned())
                .put("asked", move.getAsked())
                .put("closed", move.getClosed())
                .put("connections", move.getConnections());
        putTime(body, "started_at", move.getStartedAtMs());
        putTime(body, "finished_at", move.getFinishedAtMs());
    }

    private static void putTime(ObjectNode body, String name, long epochMs) {
        if (epochMs == 0) {
            body.putNull(name);
        } else {
            body.put(name, Json.time(epochMs));
        }
    }
}

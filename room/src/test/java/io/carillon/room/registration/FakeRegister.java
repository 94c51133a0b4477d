package io.carillon.room.registration;

import com.google.protobuf.MessageLite;
import io.carillon.contract.Departure;
import io.carillon.contract.RegisterRequest;
import io.carillon.contract.RegisterResponse;
import io.carillon.contract.RegisterResult;
import io.carillon.contract.UnregisterRequest;
import io.carillon.contract.UnregisterResponse;
import io.carillon.contract.WholenessRequest;
import io.carillon.contract.WholenessResponse;
import io.carillon.rpc.RpcException;
import io.carillon.rpc.RpcIdentity;
import io.carillon.rpc.RpcMethod;
import io.carillon.rpc.RpcPeer;
import io.carillon.rpc.RpcStatus;
import io.carillon.runtime.bucket.Buckets;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A register that keeps what it is told, and compares digests. */
final class FakeRegister implements RpcPeer {
    final Map<String, Long> sessions = new TreeMap<>();
    final List<Integer> batches = new ArrayList<>();
    final List<Integer> resend = new ArrayList<>();
    final List<Departure> departures = new ArrayList<>();

    @Nullable
    WholenessRequest bitmap;

    int bitmaps;
    boolean connected = true;
    boolean failing;
    boolean refusing;
    String supersededBy = "";
    long incarnation = 1;
    private final String name;

    FakeRegister(String name) {
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public InetSocketAddress address() {
        return new InetSocketAddress(0);
    }

    @Override
    public boolean connected() {
        return connected;
    }

    @Override
    public RpcIdentity identity() {
        return new RpcIdentity("register", name, incarnation, "test");
    }

    @Override
    public int inFlight() {
        return 0;
    }

    @Override
    public void listen(Listener listener) {}

    @Override
    public void close() {}

    @Override
    @SuppressWarnings("unchecked")
    public <Q extends MessageLite, A extends MessageLite> CompletableFuture<A> call(
            RpcMethod<Q, A> method, Q request, Duration timeout) {
        if (failing || !connected) {
            return CompletableFuture.failedFuture(new RpcException(RpcStatus.DEADLINE_EXCEEDED, "test"));
        }
        return CompletableFuture.completedFuture((A) answer(request));
    }

    private MessageLite answer(MessageLite request) {
        return switch (request) {
            case RegisterRequest register -> register(register);
            case UnregisterRequest unregister -> unregister(unregister);
            case WholenessRequest wholeness -> wholeness(wholeness);
            default -> throw new AssertionError(request);
        };
    }

    private RegisterResponse register(RegisterRequest request) {
        batches.add(request.getSessionsCount());
        RegisterResponse.Builder response = RegisterResponse.newBuilder();
        request.getSessionsList().forEach(session -> {
            RegisterResult.Builder result = RegisterResult.newBuilder();
            if (!supersededBy.isEmpty()) {
                result.setSuperseded(true).setNewcomerDevice(supersededBy);
            } else if (!refusing) {
                sessions.put(session.getUser(), session.getConnectionId());
                result.setRegistered(true);
            }
            response.addResults(result);
        });
        return response.build();
    }

    private UnregisterResponse unregister(UnregisterRequest request) {
        request.getSessionsList().forEach(gone -> sessions.remove(gone.getUser(), gone.getConnectionId()));
        return UnregisterResponse.getDefaultInstance();
    }

    private WholenessResponse wholeness(WholenessRequest request) {
        bitmap = request;
        departures.addAll(request.getDeparturesList());
        bitmaps++;
        WholenessResponse response =
                WholenessResponse.newBuilder().addAllResend(resend).build();
        resend.clear();
        return response;
    }

    int wholeBuckets() {
        int count = 0;
        WholenessRequest last = bitmap;
        if (last != null) {
            for (byte next : last.getWhole().toByteArray()) {
                count += Integer.bitCount(next & 0xFF);
            }
        }
        return count;
    }

    /** True where the last bitmap's digests are just what this register holds of this app. */
    boolean agrees(String app) {
        Map<Integer, Long> hashes = new TreeMap<>();
        sessions.forEach((user, connection) ->
                hashes.merge(Buckets.of(app, user), Buckets.sessionHash(app, user, connection), (a, b) -> a ^ b));
        Map<Integer, Long> told = new TreeMap<>();
        WholenessRequest last = bitmap;
        if (last != null) {
            last.getDigestsList().forEach(digest -> told.put(digest.getBucket(), digest.getHash()));
        }
        return hashes.equals(told);
    }
}

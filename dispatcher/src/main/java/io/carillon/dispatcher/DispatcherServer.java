package io.carillon.dispatcher;

import com.linecorp.armeria.common.TlsKeyPair;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import io.carillon.dispatcher.choice.RoomDirectory;
import io.carillon.dispatcher.heartbeat.HeartbeatExchange;
import io.carillon.dispatcher.http.AnswerFrame;
import io.carillon.dispatcher.http.RoomsRoute;
import io.carillon.dispatcher.place.ClientAddress;
import io.carillon.dispatcher.place.Places;
import io.carillon.rpc.RpcServer;
import io.carillon.runtime.config.ConfigException;
import io.carillon.runtime.config.HostPort;
import io.carillon.runtime.node.NodeRuntime;
import io.carillon.runtime.node.Service;
import io.carillon.runtime.node.ServiceMain;
import io.carillon.runtime.peers.Peers;
import io.carillon.runtime.settings.AppSettings;
import java.io.File;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The dispatcher's process: wires its parts. */
public final class DispatcherServer implements Service {
    private static final Logger log = LoggerFactory.getLogger(DispatcherServer.class);
    private static final int HEADER_BYTES_MAX = 16 * 1024;
    private static final int LINE_BYTES_MAX = 8 * 1024;
    private static final Duration QUIET = Duration.ofMillis(100);

    private final NodeRuntime runtime;
    private final DispatcherConfig config;
    private final AppSettings settings;
    private final Peers rooms;
    private final RoomDirectory directory;
    private final HeartbeatExchange heartbeats;
    private final Server server;

    private volatile boolean serving;

    DispatcherServer(NodeRuntime runtime, DispatcherConfig config) {
        this.runtime = runtime;
        this.config = config;
        Places places = PlaceFiles.read(config);
        ClientAddress clientAddress = clientAddress(config);
        settings = runtime.settings();
        rooms = runtime.peers("room");
        directory = new RoomDirectory(rooms::nodes);
        DispatcherMetric.ROOMS.gauge(runtime.meters(), () -> directory.current().roomCount());
        heartbeats = new HeartbeatExchange(() -> RoomLines.of(rooms), runtime.scheduler(), config.heartbeat());
        DispatcherMetric.HEARTBEAT_GROUPS.gauge(runtime.meters(), heartbeats::known);
        RoomsRoute route = new RoomsRoute(
                directory::current,
                new SettingsPools(settings),
                places,
                clientAddress,
                config.forwardedHeader(),
                heartbeats::startSeconds,
                new AnswerFrame(config.ttl(), config.heartbeatMin(), config.heartbeatMax(), config.heartbeatStart()),
                new LookupCounters(runtime.meters()));
        server = server(route);
    }

    public static void main(String[] args) {
        ServiceMain.run("dispatcher", DispatcherConfig.class, args, DispatcherServer::new);
    }

    /** Where it listens; after start. */
    public InetSocketAddress address() {
        return Objects.requireNonNull(server.activePort(), "not started").localAddress();
    }

    @Override
    public void register(RpcServer.Builder rpc) {}

    @Override
    public void start() {
        rooms.listen(directory);
        try {
            server.start().join();
        } catch (CompletionException e) {
            throw new ConfigException("http: can't listen on " + config.http() + " (" + e.getCause() + ")", e);
        }
        runtime.announceHttp(url());
        warnWithoutTls();
        long turnMs = config.heartbeatExchange().toMillis();
        runtime.scheduler().scheduleWithFixedDelay(heartbeats::turn, turnMs, turnMs, TimeUnit.MILLISECONDS);
        serving = true;
        log.info("event=listening http={}", url());
    }

    @Override
    public boolean ready() {
        return serving && settings.known();
    }

    @Override
    public void stop(Duration limit) throws Exception {
        serving = false;
        try {
            server.stop().get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            log.warn("event=stop_cut reason=\"requests did not end within {}\"", limit);
        }
    }

    private Server server(RoomsRoute route) {
        ServerBuilder builder = Server.builder();
        InetSocketAddress address = config.http().toSocketAddress();
        if (config.certificateFile().isEmpty()) {
            builder.http(address);
        } else {
            builder.https(address);
            try {
                builder.tls(TlsKeyPair.of(new File(config.keyFile()), new File(config.certificateFile())));
            } catch (IllegalArgumentException e) {
                throw new ConfigException("certificate-file: " + e.getMessage(), e);
            }
        }
        return builder.maxNumConnections(config.connectionsMax())
                .workerGroup(runtime.loops(), false)
                .http1MaxInitialLineLength(LINE_BYTES_MAX)
                .http1MaxHeaderSize(HEADER_BYTES_MAX)
                .http2MaxHeaderListSize(HEADER_BYTES_MAX)
                .maxRequestLength(HEADER_BYTES_MAX)
                .gracefulShutdownTimeout(QUIET, Duration.ofSeconds(5))
                .service("/v1/rooms", route)
                .service("/healthz", runtime.admin().health())
                .service("/readyz", runtime.admin().readiness())
                .build();
    }

    private String url() {
        if (!config.advertisedUrl().isEmpty()) {
            return config.advertisedUrl();
        }
        String scheme = config.certificateFile().isEmpty() ? "http" : "https";
        return scheme + "://" + new HostPort(config.http().host(), address().getPort());
    }

    private void warnWithoutTls() {
        if (config.certificateFile().isEmpty() && !address().getAddress().isLoopbackAddress()) {
            log.warn("event=listener_without_tls http={} advice=\"set certificate-file, or a proxy in front\"", url());
        }
    }

    private static ClientAddress clientAddress(DispatcherConfig config) {
        try {
            return new ClientAddress(config.trustedProxies());
        } catch (IllegalArgumentException e) {
            throw new ConfigException("trusted-proxies: " + e.getMessage(), e);
        }
    }
}

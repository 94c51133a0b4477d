package io.carillon.deploy.fleet;

import io.carillon.deploy.fleet.FleetPlan.Node;
import io.carillon.deploy.fleet.FleetState.Credentials;
import io.carillon.deploy.fleet.FleetState.Member;
import io.carillon.deploy.fleet.FleetState.Port;
import io.carillon.deploy.store.EmbeddedBinaries;
import io.carillon.deploy.store.EmbeddedMariaDb;
import io.carillon.deploy.store.EmbeddedRedis;
import io.carillon.deploy.store.EmbeddedZooKeeper;
import io.carillon.deploy.store.StoreProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns a plan into members: certificates, configuration files, stores' data, commands. Starts nothing. */
final class FleetPreparation {
    private final DataDirectory data;
    private final Distribution distribution;
    private final Map<String, String> environment;
    private final ClassArchive.@Nullable Making making;

    /** @param making where the fleet is to tell which classes it loads */
    FleetPreparation(
            DataDirectory data,
            Distribution distribution,
            Map<String, String> environment,
            ClassArchive.@Nullable Making making) {
        this.data = data;
        this.distribution = distribution;
        this.environment = environment;
        this.making = making;
    }

    /** The state of a fleet that was prepared and not started; secrets of an earlier life are kept. */
    FleetState prepare(FleetPlan plan, FleetConfig config, FleetState before) throws FleetException {
        try {
            List<Member> members = new ArrayList<>(stores(plan, before.credentials()));
            ListenerCertificate certificate = ListenerCertificate.in(data.of("tls"));
            ServiceFiles files =
                    new ServiceFiles(data, plan, config, before.credentials(), before.cluster(), certificate);
            for (Node node : plan.services()) {
                members.add(service(node, files.write(node)));
            }
            return before.withProcesses(members);
        } catch (IOException e) {
            throw new FleetException("the fleet in " + data.path() + " can't be prepared: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FleetException("interrupted while the stores were prepared", e);
        }
    }

    static FleetState fresh() {
        Credentials credentials = new Credentials(
                Secrets.random(24),
                Secrets.random(32),
                Secrets.random(18),
                "demo",
                Secrets.random(24),
                Secrets.random(32));
        return new FleetState(FleetState.LAYOUT, "carillon", credentials, List.of());
    }

    private List<Member> stores(FleetPlan plan, Credentials credentials) throws IOException, InterruptedException {
        EmbeddedBinaries binaries = EmbeddedBinaries.of(environment, data.path());
        String password = credentials.storePassword();
        return List.of(
                store(EmbeddedRedis.prepare(binaries, data.of("redis"), port(plan, "redis"), password)),
                store(EmbeddedMariaDb.prepare(binaries, data.of("mysql"), port(plan, "mysql"), password)),
                store(EmbeddedZooKeeper.prepare(
                        distribution.java("zookeeper", null, classes("zookeeper", null)),
                        data.of("zookeeper"),
                        port(plan, "zookeeper"))));
    }

    /** What a process's JVM is told of the archive of classes: to use it, or to help making it. */
    private List<String> classes(String process, @Nullable String extraOptions) {
        return making == null ? distribution.classArchive().options(extraOptions) : List.of(making.option(process));
    }

    private static int port(FleetPlan plan, String store) {
        Integer port = plan.stores().get(store);
        if (port == null) {
            throw new IllegalArgumentException(store);
        }
        return port;
    }

    private Member store(StoreProcess store) {
        return new Member(
                store.name(),
                store.name(),
                store.command(),
                store.directory().toString(),
                data.log(store.name()).toString(),
                List.of(new Port(store.name(), store.port())),
                null);
    }

    private Member service(Node node, Path configuration) {
        String extra = environment.get("CARILLON_JVM_OPTIONS");
        List<String> command = new ArrayList<>(distribution.java(node.role().id(), extra, classes(node.name(), extra)));
        command.add(node.role().mainClass());
        command.addAll(List.of("--config", configuration.toString(), "--name", node.name()));
        return new Member(
                node.name(),
                node.role().id(),
                command,
                data.path().toString(),
                data.log(node.name()).toString(),
                node.ports(),
                null);
    }
}

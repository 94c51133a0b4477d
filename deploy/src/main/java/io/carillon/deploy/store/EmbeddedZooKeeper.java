package io.carillon.deploy.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One ZooKeeper server in a JVM of its own, on loopback, without its admin server. */
public final class EmbeddedZooKeeper {
    private static final String MAIN = "org.apache.zookeeper.server.ZooKeeperServerMain";

    private EmbeddedZooKeeper() {}

    /** @param java the start of the command: the JVM, its options and its class path */
    public static StoreProcess prepare(List<String> java, Path directory, int port) throws IOException {
        PrivateFiles.directory(directory);
        Path configuration = directory.resolve("zoo.cfg");
        PrivateFiles.write(configuration, """
                dataDir=%s
                clientPortAddress=127.0.0.1
                clientPort=%d
                tickTime=1000
                maxClientCnxns=0
                admin.enableServer=false
                4lw.commands.whitelist=srvr
                autopurge.snapRetainCount=3
                autopurge.purgeInterval=24
                preAllocSize=4096
                """.formatted(
                        directory.resolve("data").toString().replace("\\", "\\\\"), port));
        Path logging = directory.resolve("logback.xml");
        PrivateFiles.write(logging, """
                <configuration>
                  <appender name="OUT" class="ch.qos.logback.core.ConsoleAppender">
                    <encoder><pattern>%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger{0}: %msg%n%ex</pattern></encoder>
                  </appender>
                  <logger name="org.apache.zookeeper.server.NIOServerCnxn" level="WARN"/>
                  <root level="INFO"><appender-ref ref="OUT"/></root>
                </configuration>
                """);
        List<String> command = new ArrayList<>(java);
        command.add("-Dlogback.configurationFile=" + logging);
        command.add("-Dzookeeper.jmx.log4j.disable=true");
        command.add(MAIN);
        command.add(configuration.toString());
        return new StoreProcess("zookeeper", command, directory, port, Probes::zooKeeper);
    }
}

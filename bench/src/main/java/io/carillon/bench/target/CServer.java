package io.carillon.bench.target;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The C server of this module, compiled when it is needed. */
public final class CServer implements ServerProcess {
    private static final long COMPILE_SECONDS = 60;
    private static final long START_MAX_NS = TimeUnit.SECONDS.toNanos(10);
    private static final long LOOK_MS = 20;
    private static final List<String> FLAGS = List.of("-O2", "-Wall", "-pthread");

    private final Process process;
    private final List<String> command;
    private final Target target;

    private CServer(Process process, List<String> command, Target target) {
        this.process = process;
        this.command = command;
        this.target = target;
    }

    /** @param source of the program */
    public static CServer start(Path directory, Path source) throws IOException, InterruptedException {
        Path program = directory.resolve("c-server");
        compile(source, program);
        int port = Processes.freePort();
        Path log = directory.resolve("c-server.log");
        Process process = Processes.start(List.of(program.toString(), Integer.toString(port)), log);
        try {
            awaitListener(process, log, port);
        } catch (IOException | InterruptedException e) {
            Processes.stop(process);
            throw e;
        }
        Target target = Target.at(Target.Kind.C, "127.0.0.1:" + port);
        return new CServer(process, FLAGS, target);
    }

    private static void compile(Path source, Path program) throws IOException, InterruptedException {
        if (!Files.isReadable(source)) {
            throw new IOException(source + ": not there (expected: the C server's source, in a checkout)");
        }
        ProcessBuilder builder = new ProcessBuilder("cc");
        builder.command().addAll(FLAGS);
        builder.command().addAll(List.of("-o", program.toString(), source.toString()));
        Process compiler;
        try {
            compiler = builder.redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new IOException(
                    "the C server can't be compiled, since there is no C compiler: cc (Debian: apt-get install gcc libc6-dev)",
                    e);
        }
        String output = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!compiler.waitFor(COMPILE_SECONDS, TimeUnit.SECONDS) || compiler.exitValue() != 0) {
            compiler.destroyForcibly();
            throw new IOException("the C server does not compile:\n" + output);
        }
    }

    private static void awaitListener(Process process, Path log, int port) throws IOException, InterruptedException {
        long endNs = System.nanoTime() + START_MAX_NS;
        while (true) {
            Processes.requireAlive(process, log, "the C server");
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                if (socket.isConnected()) {
                    return;
                }
            } catch (IOException e) {
                if (System.nanoTime() > endNs) {
                    throw new IOException("the C server does not listen after 10 s", e);
                }
            }
            Thread.sleep(LOOK_MS);
        }
    }

    @Override
    public String name() {
        return "c";
    }

    @Override
    public Target target() {
        return target;
    }

    @Override
    public long pid() {
        return process.pid();
    }

    @Override
    public @Nullable Path gcLog() {
        return null;
    }

    @Override
    public List<String> command() {
        return command;
    }

    @Override
    public long acks() {
        return -1;
    }

    @Override
    public void close() {
        Processes.stop(process);
    }
}

package io.carillon.room.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostLimitsTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path proc;

    private void write(String name, String value) throws IOException {
        Path file = proc.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, value + "\n");
    }

    private void openFiles(String soft) throws IOException {
        write("self/limits", """
                Limit                     Soft Limit           Hard Limit           Units
                Max processes             96000                96000                processes
                Max open files            %s                20000                files""".formatted(soft));
    }

    @Test
    void saysWhatIsTooLowOneSentenceEach() throws IOException {
        openFiles("1024");
        write("sys/fs/nr_open", "1048576");
        write("sys/fs/file-max", "9223372036854775807");
        write("sys/net/core/somaxconn", "128");
        write("sys/net/ipv4/tcp_max_syn_backlog", "8192");
        write("sys/net/ipv4/tcp_mem", "88000\t117000\t176000");
        write("sys/net/netfilter/nf_conntrack_max", "262144");
        assertThat(HostLimits.tooLow(proc, 1_000_000))
                .containsExactly(
                        "RLIMIT_NOFILE: 1024 (expected: at least 1001000, for connections-max): connections beyond it can't "
                                + "be accepted",
                        "net.core.somaxconn: 128 (expected: at least 4096, for connections-max): connections that come at "
                                + "once are dropped",
                        "net.ipv4.tcp_mem: 176000 (expected: at least 1000000, for connections-max): TCP drops data when its "
                                + "buffers have so many pages",
                        "net.netfilter.nf_conntrack_max: 262144 (expected: at least 1000000, for connections-max): "
                                + "connections are dropped when the table is full");
    }

    @Test
    void isSilentWhereAllIsEnough() throws IOException {
        openFiles("unlimited");
        write("sys/fs/nr_open", "2000000");
        write("sys/fs/file-max", "2000000");
        write("sys/net/core/somaxconn", "65535");
        write("sys/net/ipv4/tcp_mem", "1 2 2000000");
        assertThat(HostLimits.tooLow(proc, 1_000_000)).isEmpty();
    }

    @Test
    void passesOverWhatCannotBeRead() throws IOException {
        write("sys/net/core/somaxconn", "many");
        write("sys/net/ipv4/tcp_mem", "1");
        assertThat(HostLimits.tooLow(proc, 1_000_000)).isEmpty();
        assertThat(HostLimits.tooLow(proc.resolve("nowhere"), 1)).isEmpty();
    }

    @Test
    void readsThisMachines() {
        // No machine that runs these tests has fewer than a thousand files.
        assertThat(HostLimits.tooLow(Path.of("/proc"), 1)).noneMatch(warning -> warning.startsWith("fs."));
    }
}

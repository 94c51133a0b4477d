package io.carillon.deploy.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class ProcessIdentityTest {
    @Test
    void anotherProcessUnderTheSamePidIsNotMistakenForIt() {
        long self = ProcessHandle.current().pid();
        ProcessIdentity now = ProcessIdentity.of(self).orElseThrow();
        assertThat(now.alive()).isTrue();
        assertThat(new ProcessIdentity(self, "ticks:1").alive()).isFalse();
    }

    @Test
    void aProcessThatEndedIsNotAlive() throws IOException, InterruptedException {
        Process process = new ProcessBuilder("sleep", "60").start();
        ProcessIdentity identity = ProcessIdentity.of(process.pid()).orElseThrow();
        assertThat(identity.alive()).isTrue();
        identity.kill();
        process.waitFor();
        assertThat(identity.alive()).isFalse();
        identity.terminate();
    }
}

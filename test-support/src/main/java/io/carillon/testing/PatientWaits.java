package io.carillon.testing;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Lets every {@code await()} without a limit of its own wait longer than a busy machine stalls. The limit only bounds how long a
 * test that fails takes: a condition that holds is seen at once. JUnit finds this class by itself, through {@code META-INF/services}.
 */
public final class PatientWaits implements LauncherSessionListener {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        Awaitility.setDefaultTimeout(LIMIT);
    }
}

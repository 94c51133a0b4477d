package io.carillon.deploy.fleet;

import java.security.SecureRandom;
import java.util.Base64;

/** Random secrets out of letters and digits, so that they need quoting nowhere. */
final class Secrets {
    private static final SecureRandom RANDOM = new SecureRandom();

    private Secrets() {}

    static String random(int bytes) {
        byte[] random = new byte[bytes];
        RANDOM.nextBytes(random);
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(random)
                .replace('-', 'x')
                .replace('_', 'y');
    }
}

package io.carillon.deploy.fleet;

import io.carillon.deploy.store.PrivateFiles;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The self-signed certificate of an embedded fleet's TLS listeners, for localhost and 127.0.0.1, made once by the JDK's
 * keytool.
 *
 * @param certificate PEM; what clients trust
 * @param privateKey PEM, PKCS #8, for its owner alone
 */
public record ListenerCertificate(Path certificate, Path privateKey) {
    private static final String ALIAS = "room";
    private static final int VALID_DAYS = 3650;
    private static final int KEYTOOL_TIMEOUT_S = 120;

    /**
     * The one of a directory; made where there is none. Not to be called by two threads or processes for the same directory at once.
     *
     * @throws FleetException where it can't be made or written
     */
    public static ListenerCertificate in(Path directory) throws FleetException {
        ListenerCertificate made =
                new ListenerCertificate(directory.resolve("room.crt.pem"), directory.resolve("room.key.pem"));
        if (Files.exists(made.certificate) && Files.exists(made.privateKey)) {
            return made;
        }
        try {
            PrivateFiles.directory(directory);
            made.generate(directory);
            return made;
        } catch (IOException | GeneralSecurityException e) {
            throw new FleetException("the rooms' certificate can't be made: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FleetException("interrupted while the rooms' certificate was made", e);
        }
    }

    private void generate(Path directory) throws IOException, GeneralSecurityException, InterruptedException {
        Path store = directory.resolve("room.p12");
        String password = Secrets.random(16);
        Files.deleteIfExists(store);
        try {
            keytool(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-genkeypair",
                    "-alias",
                    ALIAS,
                    "-keyalg",
                    "EC",
                    "-groupname",
                    "secp256r1",
                    "-validity",
                    Integer.toString(VALID_DAYS),
                    "-dname",
                    "CN=localhost, O=Carillon embedded fleet",
                    "-ext",
                    "SAN=dns:localhost,ip:127.0.0.1",
                    "-storetype",
                    "PKCS12",
                    "-keystore",
                    store.toString(),
                    "-storepass",
                    password));
            KeyStore keys = KeyStore.getInstance("PKCS12");
            try (InputStream in = new ByteArrayInputStream(Files.readAllBytes(store))) {
                keys.load(in, password.toCharArray());
            }
            PrivateFiles.write(
                    privateKey,
                    pem(
                            "PRIVATE KEY",
                            keys.getKey(ALIAS, password.toCharArray()).getEncoded()));
            PrivateFiles.write(
                    certificate, pem("CERTIFICATE", keys.getCertificate(ALIAS).getEncoded()));
        } finally {
            Files.deleteIfExists(store);
        }
    }

    private static void keytool(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(KEYTOOL_TIMEOUT_S, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("keytool did not end within " + KEYTOOL_TIMEOUT_S + " s");
        }
        if (process.exitValue() != 0) {
            throw new IOException("keytool: " + said.strip());
        }
    }

    private static String pem(String type, byte[] der) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + type + "-----\n" + body + "\n-----END " + type + "-----\n";
    }
}

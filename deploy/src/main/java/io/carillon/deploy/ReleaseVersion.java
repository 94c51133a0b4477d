package io.carillon.deploy;

import picocli.CommandLine.IVersionProvider;

/** The release as the jar's manifest has it. */
final class ReleaseVersion implements IVersionProvider {
    @Override
    public String[] getVersion() {
        String version = ReleaseVersion.class.getPackage().getImplementationVersion();
        return new String[] {
            "carillon " + (version == null ? "(not packaged)" : version),
            "Java " + System.getProperty("java.version") + " (" + System.getProperty("java.home") + ")"
        };
    }
}

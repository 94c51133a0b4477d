package io.carillon.runtime.node;

/** The version of the software that runs. */
public final class Release {
    private Release() {}

    /** From the jar's manifest; "dev" where the classes were not packaged. */
    public static String version() {
        String version = Release.class.getPackage().getImplementationVersion();
        return version == null ? "dev" : version;
    }
}

package io.carillon.deploy.fleet;

/** Where long work says how far it is. */
public interface Progress {
    /** Says nothing. */
    Progress SILENT = new Progress() {
        @Override
        public void step(String line) {}

        @Override
        public void counting(String line) {}
    };

    /** Something was done, or goes wrong: a line that stays. */
    void step(String line);

    /** How far something is: replaces the last of its kind on a terminal, and is left out elsewhere. */
    void counting(String line);
}

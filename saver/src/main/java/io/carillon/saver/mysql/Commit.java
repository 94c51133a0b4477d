package io.carillon.saver.mysql;

/** How a row's commit ended. */
public enum Commit {
    COMMITTED,
    /** MySQL does not have it, for certain. */
    REFUSED,
    /** It may have it. */
    UNKNOWN
}

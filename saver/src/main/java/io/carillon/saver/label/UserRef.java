package io.carillon.saver.label;

/** One user of an app. */
record UserRef(String app, String user) {}

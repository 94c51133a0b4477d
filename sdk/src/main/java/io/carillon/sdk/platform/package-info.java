/** What the SDK asks of the platform it runs on: network, app state and timers, with the JVM's answers. */
@NullMarked
package io.carillon.sdk.platform;

import org.jspecify.annotations.NullMarked;

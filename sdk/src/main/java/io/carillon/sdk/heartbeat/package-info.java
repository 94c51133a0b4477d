/** When to beat: the policy that learns how long a network keeps an idle connection. */
@NullMarked
package io.carillon.sdk.heartbeat;

import org.jspecify.annotations.NullMarked;

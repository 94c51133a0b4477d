/** Apps with their keys and webhooks, under one growing version. */
@NullMarked
package io.carillon.saver.settings;

import org.jspecify.annotations.NullMarked;

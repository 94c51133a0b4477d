package io.carillon.system.fleet;

import io.carillon.deploy.fleet.FleetException;
import java.io.IOException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * One default fleet for all classes that only use it: started for the first of them, stopped at the end of the run. A
 * class of them has users of its own, undoes what it changes of the app's settings, and leaves every process alone;
 * whoever kills one starts a fleet of its own.
 */
final class SharedFleet implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == RunningFleet.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        // The run's store closes what is in it at its end.
        return context.getRoot()
                .getStore(ExtensionContext.Namespace.create(SharedFleet.class))
                .computeIfAbsent(RunningFleet.class, ignored -> start(), RunningFleet.class);
    }

    private static RunningFleet start() {
        try {
            return RunningFleet.start("shared");
        } catch (FleetException | IOException e) {
            throw new ParameterResolutionException("the shared fleet does not start", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ParameterResolutionException("interrupted while the shared fleet was starting", e);
        }
    }
}

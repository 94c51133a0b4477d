package io.carillon.system.structure;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import org.junit.jupiter.api.Test;

/** The arrows between modules and packages, as ARCHITECTURE.md draws them. */
class BoundariesTest {
    private static final JavaClasses CLASSES =
            new ClassFileImporter().withImportOption(new DoNotIncludeTests()).importPackages("io.carillon");

    private static final String[] SERVICES = {
        "io.carillon.dispatcher..",
        "io.carillon.room..",
        "io.carillon.register..",
        "io.carillon.coordinator..",
        "io.carillon.saver..",
        "io.carillon.center.."
    };

    @Test
    void servicesKnowEachOtherByContractOnly() {
        slices().matching("io.carillon.(dispatcher|room|register|coordinator|saver|center)..")
                .should()
                .notDependOnEachOther()
                .check(CLASSES);
    }

    /** Within a module a package may know another one, but not both each other: {@code io.carillon.MODULE.PACKAGE}. */
    @Test
    void packagesOfAModuleFormNoCycles() {
        slices().matching("io.carillon.(*).(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void protocolHasNoThreadsNoInputOutputNoNetty() {
        noClasses()
                .that()
                .resideInAnyPackage("io.carillon.protocol..", "io.carillon.contract..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.netty..", "java.net..", "java.nio.channels..", "java.util.concurrent..")
                .check(CLASSES);
    }

    @Test
    void protocolAndRpcStandAlone() {
        noClasses()
                .that()
                .resideInAnyPackage("io.carillon.protocol..", "io.carillon.contract..", "io.carillon.rpc..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.carillon.runtime..")
                .check(CLASSES);
    }

    @Test
    void protocolDoesNotKnowTheRpc() {
        noClasses()
                .that()
                .resideInAnyPackage("io.carillon.protocol..", "io.carillon.contract..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.carillon.rpc..")
                .check(CLASSES);
    }

    @Test
    void runtimeKnowsNoService() {
        noClasses()
                .that()
                .resideInAPackage("io.carillon.runtime..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(SERVICES)
                .check(CLASSES);
    }

    @Test
    void onlySaverTouchesTheStores() {
        noClasses()
                .that()
                .resideInAPackage("io.carillon..")
                .and()
                .resideOutsideOfPackages("io.carillon.saver..", "io.carillon.deploy.store..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "java.sql..", "javax.sql..", "io.lettuce..", "com.zaxxer..", "org.flywaydb..", "com.mysql..")
                .check(CLASSES);
    }

    @Test
    void onlyDiscoveryTouchesZooKeeper() {
        noClasses()
                .that()
                .resideInAPackage("io.carillon..")
                .and()
                .resideOutsideOfPackages("io.carillon.runtime.discovery..", "io.carillon.deploy.store..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.zookeeper..", "org.apache.curator..")
                .check(CLASSES);
    }

    @Test
    void sdkTakesTheClientProtocolOnly() {
        noClasses()
                .that()
                .resideInAPackage("io.carillon.sdk..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.netty..",
                        "io.carillon.contract..",
                        "io.carillon.rpc..",
                        "io.carillon.runtime..",
                        "org.slf4j..")
                .check(CLASSES);
    }

    @Test
    void nobodyPrints() {
        noClasses()
                .that()
                .resideInAnyPackage("io.carillon.rpc..", "io.carillon.runtime..", "io.carillon.sdk..")
                .or()
                .resideInAnyPackage(SERVICES)
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .check(CLASSES);
    }
}

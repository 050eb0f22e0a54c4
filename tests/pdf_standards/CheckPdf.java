import java.io.FileInputStream;
import java.io.InputStream;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.xml.parsers.DocumentBuilderFactory;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.validation.profiles.Profiles;
import org.verapdf.pdfa.validation.profiles.Rule;
import org.verapdf.pdfa.validation.profiles.ValidationProfile;
import org.verapdf.pdfa.validation.profiles.Variable;
import org.verapdf.pdfa.validation.validators.ValidatorFactory;
import org.w3c.dom.Element;

/**
 * Prints what veraPDF finds in PDF files, with tabs between: a line "FILE PROFILE CHECKS" for each file and profile, and
 * "FILE PROFILE CHECKS RULE OBJECT MESSAGE" for each rule that the file breaks, with the first object that breaks it.
 *
 * Arguments: the names of the profiles with commas between them ("PDFUA-1,PDFA-2A"), then the files. The profiles are
 * those of the veraPDF library. They are read here because its own reader needs a library that isn't there.
 */
public class CheckPdf {
    public static void main(String[] arguments) throws Exception {
        Logger.getLogger("org.verapdf").setLevel(Level.OFF);
        VeraGreenfieldFoundryProvider.initialise();
        for (String name : arguments[0].split(",")) {
            ValidationProfile profile = readProfile(name);
            for (String file : List.of(arguments).subList(1, arguments.length)) {
                check(file, name, profile);
            }
        }
    }

    private static void check(String file, String name, ValidationProfile profile) throws Exception {
        try (InputStream content = new FileInputStream(file);
                var parser = Foundries.defaultInstance().createParser(content, profile.getPDFAFlavour());
                var validator = ValidatorFactory.createValidator(profile, false)) {
            var result = validator.validate(parser);
            String line = file + "\t" + name + "\t" + result.getTotalAssertions();
            System.out.println(line);
            var broken = new TreeMap<String, TestAssertion>();
            for (TestAssertion assertion : result.getTestAssertions()) {
                if (assertion.getStatus() == TestAssertion.Status.FAILED) {
                    var rule = assertion.getRuleId();
                    broken.putIfAbsent(rule.getClause() + "-" + rule.getTestNumber(), assertion);
                }
            }
            broken.forEach((rule, assertion) -> System.out.println(
                    line + "\t" + rule + "\t" + assertion.getLocation().getContext() + "\t" + assertion.getMessage()));
        }
    }

    private static ValidationProfile readProfile(String name) throws Exception {
        var factory = DocumentBuilderFactory.newInstance();
        Element root;
        try (InputStream xml = Profiles.class.getResourceAsStream("/org/verapdf/pdfa/validation/" + name + ".xml")) {
            root = factory.newDocumentBuilder().parse(xml).getDocumentElement();
        }
        Set<Rule> rules = new HashSet<>();
        for (Element rule : children(root, "rule")) {
            Element id = children(rule, "id").get(0);
            rules.add(Profiles.ruleFromValues(
                    Profiles.ruleIdFromValues(
                            PDFAFlavour.Specification.valueOf(id.getAttribute("specification")),
                            id.getAttribute("clause"),
                            Integer.parseInt(id.getAttribute("testNumber"))),
                    rule.getAttribute("object"),
                    rule.hasAttribute("deferred") ? Boolean.valueOf(rule.getAttribute("deferred")) : null,
                    rule.getAttribute("tags"),
                    text(rule, "description"),
                    text(rule, "test"),
                    Profiles.errorFromValues(text(rule, "message"), List.of()),
                    List.of()));
        }
        Set<Variable> variables = new HashSet<>();
        for (Element variable : children(root, "variable")) {
            variables.add(Profiles.variableFromValues(
                    variable.getAttribute("name"),
                    variable.getAttribute("object"),
                    text(variable, "defaultValue"),
                    text(variable, "value")));
        }
        return Profiles.profileFromValues(
                PDFAFlavour.valueOf(root.getAttribute("flavour")),
                Profiles.profileDetailsFromValues(name, name, "", new Date()),
                "",
                rules,
                variables);
    }

    private static List<Element> children(Element element, String tag) {
        var nodes = element.getElementsByTagName(tag);
        return java.util.stream.IntStream.range(0, nodes.getLength()).mapToObj(index -> (Element) nodes.item(index)).toList();
    }

    private static String text(Element element, String tag) {
        return children(element, tag).get(0).getTextContent().strip();
    }
}

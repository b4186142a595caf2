package schedule

import (
	"fmt"
	"time"
	_ "time/tzdata" // so that zones are known on machines without a zone database
)

// Zone returns the IANA zone of the given name. Unlike time.LoadLocation it does not take "" or "Local": what a
// schedule means must not depend on the machine it runs on.
func Zone(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, fmt.Errorf("%q is not a time zone: use a name such as Europe/Berlin or UTC", name)
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("%q is not a time zone: use a name such as Europe/Berlin or UTC", name)
	}
	return loc, nil
}

# What Perl's MailTools see: reads names of files, one a line, and prints for each a line of JSON with the
# name and pairs of field and address.
use strict;
use warnings;
use JSON::PP;
use Mail::Address;
use Mail::Header;

my $json = JSON::PP->new->latin1;
$SIG{__WARN__} = sub { };  # it wonders aloud about what it reads
while (my $path = <STDIN>) {
    chomp $path;
    open my $file, '<:raw', $path or die "$path: $!";
    my $header = Mail::Header->new($file, Modify => 0);
    my @found;
    for my $field ('From', 'Sender') {
        for my $value ($header->get($field)) {
            push @found, [$field, $_->address // ''] for Mail::Address->parse($value);
        }
    }
    print $json->encode([$path, \@found]), "\n";
}
